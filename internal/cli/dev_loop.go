package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/dione-db/dione/internal/worker/bundle"
	"github.com/dione-db/dione/internal/worker/project"
	"github.com/dione-db/dione/internal/worker/runtime"
)

// build is what the watcher of one folder found.
type build struct {
	folder int
	result bundle.Result
	err    error
	at     time.Time
}

// loop watches every folder and gives what they become to the server, until
// ctx ends or a folder cannot be watched.
func (s *devSession) loop(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	builds := make(chan build)
	var watchers sync.WaitGroup
	for i, l := range s.loaders {
		watchers.Go(func() {
			onBuild := func(r bundle.Result, err error) {
				select {
				case builds <- build{folder: i, result: r, err: err, at: time.Now()}:
				case <-ctx.Done():
				}
			}
			if err := bundle.Watch(ctx, l.load, bundle.Options{Environ: s.env.Environ, Output: s.out}, onBuild); err != nil {
				stop(fmt.Errorf("watch %s: %w", l.opts.Dir, err))
			}
		})
	}
	defer watchers.Wait()
	defer stop(nil)
	for {
		select {
		case b := <-builds:
			s.take(ctx, b)
		case <-ctx.Done():
			if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
				return cause
			}
			return nil
		}
	}
}

// take makes a build the one that answers. What is wrong with it is shown,
// and the one before goes on answering.
func (s *devSession) take(ctx context.Context, b build) {
	if b.err != nil {
		s.waiting(b.err)
		return
	}
	for _, w := range b.result.ConfigWarnings {
		fmt.Fprintf(s.errOut, "warning: %s\n", w)
	}
	if b.result.Warnings.Len() > 0 {
		fmt.Fprintln(s.errOut, b.result.Warnings.Format(s.colour(), 0))
	}
	w, err := s.worker(ctx, b.result)
	if err != nil {
		s.waiting(err)
		return
	}
	s.workers[b.folder] = w
	var config runtime.Config
	for _, w := range s.workers {
		if w == nil {
			return // another folder has not been built yet
		}
		config.Workers = append(config.Workers, w.Worker)
	}
	config.StorageDir = filepath.Join(s.dataDir, "objects", storageName(s.workers[0].project))
	if err := s.server.Load(ctx, config); err != nil {
		if ctx.Err() == nil {
			s.waiting(err)
		}
		return
	}
	if s.ready {
		fmt.Fprintf(s.out, "Reloaded in %d ms\n", time.Since(b.at).Milliseconds())
		return
	}
	s.ready = true
	s.announce(ctx)
}

// waiting shows an error and says that the program goes on.
func (s *devSession) waiting(err error) {
	var text strings.Builder
	if failed, ok := errors.AsType[*bundle.Error](err); ok {
		text.WriteString(failed.Format(s.colour(), 0))
	} else if failed, ok := errors.AsType[*project.Error](err); ok {
		for _, p := range failed.Problems {
			fmt.Fprintf(&text, "error: %s\n", p)
			if p.Source != "" {
				fmt.Fprintf(&text, "    %s\n", strings.TrimSpace(p.Source))
			}
		}
	} else {
		fmt.Fprintf(&text, "error: %s", errorText(err))
	}
	next := "waiting for a change"
	if s.ready {
		next = "the Worker from before goes on; " + next
	}
	fmt.Fprintf(s.errOut, "%s\n(%s)\n", strings.TrimRight(text.String(), "\n"), next)
}

// colour says whether messages of the bundler may be coloured.
func (s *devSession) colour() bool { return s.env.Interactive && s.env.getenv("NO_COLOR") == "" }

// announce says, once, where the Worker is and what it has.
func (s *devSession) announce(ctx context.Context) {
	for _, w := range s.workers {
		if len(w.rows) == 0 {
			continue
		}
		fmt.Fprintf(s.out, "Bindings of %s:\n", nameOf(w.project))
		t := table{header: []string{"Binding", "Resource", "Value"}, rows: w.rows}
		_ = t.write(s.out) // a broken standard output has nobody to tell
	}
	for _, w := range s.workers {
		s.tellPending(ctx, w)
	}
	if s.member.Shared() {
		fmt.Fprintf(s.out, "The data folder %s is shared with another running command.\n", s.dataDir)
	}
	fmt.Fprintf(s.out, "Ready on %s\n", s.server.URL())
}

// tellPending says which migrations are not applied. They never are unasked.
func (s *devSession) tellPending(ctx context.Context, w *devWorker) {
	for _, db := range w.databases {
		m := migrator{migrationSource: db.entry.migrations, svc: s.member.Service(), db: db.id}
		pending, err := m.pending(ctx)
		switch {
		case err != nil:
			fmt.Fprintf(s.errOut, "warning: the migrations of %s cannot be looked at: %s\n", db.entry.binding, errorText(err))
		case len(pending) == 1:
			fmt.Fprintf(s.out, "1 migration is not applied; run %s\n", s.applyCommand(w.project, db.entry.binding))
		case len(pending) > 1:
			fmt.Fprintf(s.out, "%d migrations are not applied; run %s\n", len(pending), s.applyCommand(w.project, db.entry.binding))
		}
	}
}

// applyCommand is the command line that applies the migrations of a binding
// from the current folder.
func (s *devSession) applyCommand(p *project.Project, binding string) string {
	line := "dione d1 migrations apply " + binding
	if p.Dir != s.env.Dir {
		line += " --config " + shellWord(relative(s.env.Dir, p.File))
	}
	if s.flags.env != "" {
		line += " --env " + shellWord(s.flags.env)
	}
	if s.flags.data != "" {
		line += " --data " + shellWord(s.flags.data)
	}
	return line
}

func relative(dir, file string) string {
	if rel, err := filepath.Rel(dir, file); err == nil {
		return rel
	}
	return file
}

// shellWord quotes what a shell would not take as one word.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./:@%+=,", r)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
