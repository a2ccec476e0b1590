package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/dione-db/dione/internal/durable"
)

// errClosed answers calls after Close.
var errClosed = errors.New("the server is closed")

// versionOf runs the program for its version.
func versionOf(ctx context.Context, workerd string) (string, error) {
	out, err := exec.CommandContext(ctx, workerd, "--version").Output()
	return string(out), err
}

// Load makes the Config the one that answers, in place of the one before, and
// returns when it does. A [*StartError] leaves the one before in place. Loads
// are carried out one after the other.
func (s *Server) Load(ctx context.Context, c Config) error {
	c, warnings := s.complete(c)
	for _, text := range warnings {
		s.notify(Event{Warning: text})
	}
	w, err := writeConfig(c, s.extraCAs)
	if err != nil {
		return err
	}
	s.switching.Lock()
	defer s.switching.Unlock()
	ctx, cancel := s.untilClosed(ctx)
	defer cancel()
	if s.isClosed() {
		return errClosed
	}
	dir, err := s.generation(w)
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	exclusive := slices.ContainsFunc(c.Workers, hasClasses)
	if exclusive {
		if err := durable.MkdirAll(c.StorageDir, 0o700); err != nil {
			return fmt.Errorf("make the folder of Durable Objects: %w", err)
		}
	}
	if err := s.replace(ctx, dir, exclusive); err != nil {
		_ = os.RemoveAll(dir)
		return err
	}
	return nil
}

// complete fills in what the Config leaves open, and lowers dates that this
// workerd does not have yet.
func (s *Server) complete(c Config) (Config, []string) {
	var warnings []string
	c.Workers = slices.Clone(c.Workers)
	for i := range c.Workers {
		w := &c.Workers[i]
		if w.Name == "" {
			w.Name = "worker"
		}
		if w.CompatibilityDate > s.NewestDate() {
			warnings = append(warnings, fmt.Sprintf("the compatibility date %s of the Worker %q is later than this workerd has: it runs with %s",
				w.CompatibilityDate, w.Name, s.NewestDate()))
			w.CompatibilityDate = ""
		}
		if w.CompatibilityDate == "" {
			w.CompatibilityDate = s.NewestDate()
		}
	}
	return c, warnings
}

// replace starts the configuration in dir and puts it in place of what runs. The
// caller switches.
func (s *Server) replace(ctx context.Context, dir string, exclusive bool) error {
	s.mu.Lock()
	old := s.current
	s.mu.Unlock()
	// Requests wait where nothing answers meanwhile.
	if old == nil {
		s.hold()
		defer s.resume()
	}
	if exclusive && old != nil {
		if err := s.rehearse(ctx, dir); err != nil {
			return err
		}
		s.hold()
		defer s.resume()
		old.end(drainShort, killShort, s.closed)
		s.drop(old)
		_ = os.RemoveAll(old.dir)
		old = nil
	}
	next, err := s.begin(ctx, dir)
	if err != nil {
		if old == nil {
			s.fail(err)
		}
		return err
	}
	s.mu.Lock()
	s.current = next
	s.mu.Unlock()
	if old != nil {
		s.tasks.Go(func() {
			old.end(drainMax, killAfter, s.closed)
			_ = os.RemoveAll(old.dir)
		})
	}
	s.tasks.Go(func() { s.watch(next) }) //nolint:contextcheck // it lives as long as the Server
	return nil
}

// begin starts a process and the way to it.
func (s *Server) begin(ctx context.Context, dir string) (*backend, error) {
	p, addr, err := startProcess(ctx, s.opts, dir, s.sink)
	if err != nil {
		return nil, err
	}
	return newBackend(p, addr, dir), nil
}

// rehearse starts the configuration with an empty storage, to see whether it
// starts, and ends it.
func (s *Server) rehearse(ctx context.Context, dir string) error {
	scratch := filepath.Join(dir, "rehearsal")
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return fmt.Errorf("make a storage to try with: %w", err)
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // goes with the working folder
	p, _, err := startProcess(ctx, s.opts, dir, io.Discard, "--directory-path="+objects+"="+scratch)
	if err != nil {
		return err
	}
	p.stop(0)
	return nil
}

// watch waits for the end of a process. One that was not asked for is reported,
// and the same configuration started again.
func (s *Server) watch(b *backend) {
	select {
	case <-b.proc.ended:
	case <-s.closed:
		return
	}
	b.mu.Lock()
	asked := b.retired
	b.mu.Unlock()
	if asked || s.isClosed() {
		return
	}
	s.switching.Lock()
	defer s.switching.Unlock()
	s.mu.Lock()
	current := s.current == b
	s.mu.Unlock()
	if !current || s.isClosed() {
		return
	}
	b.retire()
	s.drop(b)
	failure := &ExitError{Status: b.proc.status, Lines: b.proc.out.last()}
	s.fail(failure)
	s.notify(Event{Failure: failure})
	pause := restartMin
	if time.Since(b.since) >= healthy {
		pause = 0
		s.hold()
	}
	s.tasks.Go(func() { s.restart(b.dir, pause) })
}

// restart starts a configuration again, with growing pauses, until it runs or
// another one was loaded.
func (s *Server) restart(dir string, pause time.Duration) {
	ctx, cancel := s.untilClosed(context.Background())
	defer cancel()
	for {
		select {
		case <-time.After(pause):
		case <-s.closed:
			return
		}
		if s.tryAgain(ctx, dir) {
			return
		}
		pause = min(max(2*pause, restartMin), restartMax)
	}
}

// tryAgain makes one attempt and says whether to stop trying.
func (s *Server) tryAgain(ctx context.Context, dir string) bool {
	s.switching.Lock()
	defer s.switching.Unlock()
	defer s.resume()
	s.mu.Lock()
	taken := s.current != nil
	s.mu.Unlock()
	if taken || s.isClosed() {
		return true
	}
	if err := s.replace(ctx, dir, false); err != nil {
		return false
	}
	s.notify(Event{Recovered: true})
	return true
}

// untilClosed is ctx that ends with the Server too. The caller cancels it.
func (s *Server) untilClosed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	var once sync.Once
	go func() {
		select {
		case <-s.closed:
			cancel(errClosed)
		case <-done:
		}
	}()
	return ctx, func() {
		once.Do(func() { close(done) })
		cancel(nil)
	}
}

// hold has requests wait until resume.
func (s *Server) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == nil {
		s.waiting = make(chan struct{})
	}
}

// resume lets waiting requests go on.
func (s *Server) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting != nil {
		close(s.waiting)
		s.waiting = nil
	}
}

// drop takes a backend from the front.
func (s *Server) drop(b *backend) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == b {
		s.current = nil
	}
}

// fail says why nothing runs.
func (s *Server) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = err.Error()
}

func (s *Server) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}
