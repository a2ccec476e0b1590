package bundle

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/dione-db/dione/internal/worker/project"
)

// How long to wait for the end of a burst of changes: a moment after each one,
// but not for ever.
const (
	settle    = 25 * time.Millisecond
	settleMax = 150 * time.Millisecond
)

// Watch loads the project, builds it, and builds again whenever a file changes
// that had a part in the result: sources, other modules, the configuration and
// the dotenv files (then load is called again). onBuild gets every result that
// differs from the one before and every failure, one at a time, always from the
// goroutine that called Watch. Watch returns nil when ctx is done, and an error
// at once when the first load fails or files cannot be watched.
func Watch(
	ctx context.Context,
	load func() (*project.Project, []project.Warning, error),
	opts Options,
	onBuild func(Result, error),
) error {
	p, configWarnings, err := load()
	if err != nil {
		return err
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch files: %w", err)
	}
	defer func() { _ = notify.Close() }()
	w := &watcher{
		load: load, opts: opts, onBuild: onBuild, notify: notify, folders: map[string]bool{},
		builder: &builder{project: p, opts: opts}, warnings: configWarnings,
	}
	defer func() { w.builder.close() }()
	if _, err := w.update(); err != nil {
		return err
	}
	return w.run(ctx)
}

// watcher is one Watch under way, used by one goroutine.
type watcher struct {
	load    func() (*project.Project, []project.Warning, error)
	opts    Options
	onBuild func(Result, error)
	notify  *fsnotify.Watcher
	folders map[string]bool // that notify watches

	builder  *builder
	warnings []project.Warning
	failed   bool    // the last load or build did
	again    changes // what failed, to be done again with the next change
	cares    interests
	last     *Result
	lastErr  string
}

// changes says what to do again.
type changes struct{ load, command, build bool }

func (c changes) any() bool { return c.load || c.command || c.build }

func (c changes) and(d changes) changes {
	return changes{c.load || d.load, c.command || d.command, c.build || d.build}
}

// run builds and waits, in turns, until ctx is done.
func (w *watcher) run(ctx context.Context) error {
	next := changes{command: true, build: true}
	for {
		started := time.Now()
		result, err := w.carryOut(ctx, next.and(w.again))
		if ctx.Err() != nil {
			return nil //nolint:nilerr // stopped, which is how it ends well
		}
		w.failed = err != nil
		w.deliver(result, err)
		fresh, err := w.update()
		if err != nil {
			return err
		}
		next = changes{}
		if fresh { // a file may have changed before its folder was watched
			next.build = w.changedSince(started)
		}
		if next, err = w.wait(ctx, next); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// carryOut does what the changes call for.
func (w *watcher) carryOut(ctx context.Context, c changes) (Result, error) {
	w.again = changes{}
	if c.load {
		p, warnings, err := w.load()
		if err != nil {
			w.again = c
			return Result{}, err
		}
		w.warnings = warnings
		if !reflect.DeepEqual(p, w.builder.project) {
			c.command = c.command || !reflect.DeepEqual(p.Build, w.builder.project.Build)
			w.builder.close()
			w.builder = &builder{project: p, opts: w.opts}
		}
	}
	if c.command {
		if err := runCommand(ctx, w.builder.project, w.opts); err != nil {
			w.again.command = true
			return Result{}, err
		}
	}
	result, err := w.builder.build(ctx)
	result.ConfigWarnings = w.warnings
	return result, err
}

// deliver hands over what is not known yet.
func (w *watcher) deliver(r Result, err error) {
	if err != nil {
		if w.last == nil && err.Error() == w.lastErr {
			return
		}
		w.last, w.lastErr = nil, err.Error()
		w.onBuild(Result{}, err)
		return
	}
	if w.last != nil && same(*w.last, r) {
		return
	}
	w.last, w.lastErr = &r, ""
	w.onBuild(r, nil)
}

// same says whether two results make the same Worker and say the same.
func same(a, b Result) bool {
	return reflect.DeepEqual(a.Modules, b.Modules) && reflect.DeepEqual(a.Project, b.Project) &&
		reflect.DeepEqual(a.ConfigWarnings, b.ConfigWarnings) && a.Warnings.Format(false, 0) == b.Warnings.Format(false, 0)
}

// wait gives what to do again, once something has changed and the burst of
// changes is over.
func (w *watcher) wait(ctx context.Context, c changes) (changes, error) {
	var quiet, enough <-chan time.Time
	for {
		if c.any() {
			quiet = time.After(settle)
			if enough == nil {
				enough = time.After(settleMax)
			}
		}
		select {
		case <-ctx.Done():
			return c, nil
		case <-quiet:
			return c, nil
		case <-enough:
			return c, nil
		case event := <-w.notify.Events:
			more := w.judge(event)
			if !more.any() {
				continue
			}
			c = c.and(more)
		case err := <-w.notify.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return c, fmt.Errorf("watch files: %w", err)
			}
			c = changes{load: true, command: true, build: true} // whatever was lost
		}
	}
}

// judge says what an event calls for.
func (w *watcher) judge(event fsnotify.Event) changes {
	name := event.Name
	if event.Op == fsnotify.Chmod || temporary(filepath.Base(name)) {
		return changes{}
	}
	if event.Has(fsnotify.Remove) || event.Has(fsnotify.Rename) {
		delete(w.folders, name) // one that is made again is a new one
	}
	c := changes{load: w.cares.load[name], command: w.cares.command(name)}
	switch {
	case c.load, c.command, w.cares.build[name], w.cares.additional(name):
		c.build = true
	case w.failed: // anything may be what was missing
		c.build = true
	default: // a file that appears may be found before the one that was
		c.build = !event.Has(fsnotify.Write) && source(name) && !strings.Contains(name, "node_modules")
	}
	return c
}

// temporary says whether editors use such names for files of their own.
func temporary(name string) bool {
	return strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".swp") || strings.HasSuffix(name, ".swx") ||
		strings.HasPrefix(name, ".#") || name == "4913"
}

// source says whether an import without an extension could mean such a file, or
// a folder of this name.
func source(name string) bool {
	switch filepath.Ext(name) {
	case "", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json":
		return true
	}
	return false
}

// changedSince says whether an input changed after a time. The clock of the file
// system may be a tick behind.
func (w *watcher) changedSince(t time.Time) bool {
	for file := range w.builder.inputs {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(t.Add(-10*time.Millisecond)) {
			return true
		}
	}
	return false
}
