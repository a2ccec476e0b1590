// Package runtime runs Workers on workerd: it writes the configuration, starts
// the process, passes its log on, puts new code in place of old, and ends it.
//
// # New code in place of old
//
// workerd cannot change its code: new code is a new process, which takes 20 to
// 60 milliseconds to start. Of the ways to switch, these were tried:
//
//   - "workerd serve --watch" executes itself anew when a file changes. That took
//     0.6 to 0.8 s, refused some twenty connections each time, and left nothing
//     but errors after code that does not start.
//   - Both processes get the same listening socket from us. No connection is
//     refused, but the old process closes connections that clients keep open,
//     and a request that was just sent on one of them is lost: a few in every
//     switch under load.
//   - A reverse proxy of ours holds the public port (chosen). It starts the new
//     process beside the old one, sends new requests to the new one as soon as
//     that listens, and ends the old one when its last request is answered.
//     Nothing is refused or lost, and clients keep their connections. It costs
//     one more hop, 0.1 to 0.2 ms per request on a busy machine of two cores.
//     A load under traffic takes 0.1 to 0.4 s there, most of it workerd's start.
//
// Where a Worker has Durable Objects, two processes must not have the storage at
// once: then new code is tried with an empty storage, requests wait while the old
// process ends, and the new one starts.
//
// # What does not start
//
// New code that fails (a top-level throw, a missing class) leaves the old code
// running, as a build that fails does; where there is none, requests are
// answered with 503 and the reason. A process that ends by itself is reported,
// with its last lines, and started again.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/dione-db/dione/internal/durable"
)

const (
	// drainMax is how long old code may take for requests under way; where it
	// keeps others waiting, drainShort.
	drainMax, drainShort = 10 * time.Second, 150 * time.Millisecond
	// Pauses before the second start of a process that ended by itself, and at
	// most. One that ran for healthy starts from the beginning.
	restartMin, restartMax, healthy = time.Second, 15 * time.Second, 10 * time.Second
)

// Options says how to run.
type Options struct {
	// Workerd is the path of the program.
	Workerd string
	// Dir is the working folder: made when missing, private to one Server, with
	// nothing in it that is worth keeping.
	Dir string
	// Listen is the address that people open, host:port; port 0 takes a free one.
	// Empty means a free port of 127.0.0.1.
	Listen string
	// Log takes what workerd and the Workers print, line by line, each after
	// Prefix. Writes come one at a time; nil discards.
	Log    io.Writer
	Prefix string
	// Notify takes what happens outside of calls; nil for nobody. It is called
	// once at a time and must not call the Server.
	Notify func(Event)
	// Args are more arguments for "workerd serve".
	Args []string
	// Environ is the environment of workerd; nil means that of this process.
	// NODE_EXTRA_CA_CERTS in it names certificates that fetch trusts.
	Environ []string
}

// Event is something that happened by itself; one field is set.
type Event struct {
	// Warning says that something was changed or is missing, such as a date that
	// was lowered.
	Warning string
	// Failure says that the running Workers came to an end, usually as an
	// [*ExitError]. They are started again.
	Failure error
	// Recovered says that they run again.
	Recovered bool
}

// Server has the public address and runs one Config at a time behind it.
type Server struct {
	opts     Options
	newest   time.Time
	sink     *prefixed
	extraCAs [][]byte
	listener net.Listener
	front    *http.Server
	closed   chan struct{}
	tasks    sync.WaitGroup

	// switching is held by whoever changes what runs: one at a time.
	switching sync.Mutex
	serial    int

	notifying sync.Mutex

	mu sync.Mutex
	// current answers requests; nil when nothing runs, and then failure says why.
	current *backend
	failure string
	// waiting is not nil while requests shall wait for a change, and closed then.
	waiting chan struct{}
}

// New takes the address. Nothing runs yet: requests are answered with 503.
func New(ctx context.Context, o Options) (*Server, error) {
	newest, err := newestDate(ctx, o.Workerd)
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts: o, newest: newest, sink: &prefixed{w: o.Log, prefix: o.Prefix}, closed: make(chan struct{}),
		failure: "It has not been started yet.",
	}
	if s.extraCAs, err = certificates(lookup(o.environ(), "NODE_EXTRA_CA_CERTS")); err != nil {
		s.notify(Event{Warning: fmt.Sprintf("the certificates that NODE_EXTRA_CA_CERTS names are not used: %v", err)})
	}
	if err := s.clearDir(); err != nil {
		return nil, fmt.Errorf("prepare the working folder: %w", err)
	}
	if s.opts.Listen == "" {
		s.opts.Listen = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	if s.listener, err = lc.Listen(ctx, "tcp", s.opts.Listen); err != nil {
		return nil, explainListen(o.Listen, err)
	}
	s.front = &http.Server{
		Handler:           http.HandlerFunc(s.answer),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	s.tasks.Go(func() { _ = s.front.Serve(s.listener) })
	return s, nil
}

// explainListen says what to do when the address cannot be had.
func explainListen(addr string, err error) error {
	_, port, _ := net.SplitHostPort(addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %s is in use by another program: stop that one, or choose another port (0 takes a free one): %w", port, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %s may not be used by this user: choose one above 1023: %w", port, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s is not an address of this machine: %w", addr, err)
	}
	return fmt.Errorf("listen on %q: %w", addr, err)
}

// clearDir makes the working folder and removes what an earlier Server left.
func (s *Server) clearDir() error {
	if err := durable.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(s.opts.Dir, "run-*"))
	for _, dir := range old {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// Addr is where the Server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is what people open: http://host:port.
func (s *Server) URL() string {
	host, port, _ := net.SplitHostPort(s.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// NewestDate is the newest compatibility date that this workerd has.
func (s *Server) NewestDate() string { return s.newest.Format(time.DateOnly) }

// newestDate asks the program for its version, which is a date. It may be put on
// a machine before that day, and no date in the future is allowed.
func newestDate(ctx context.Context, workerd string) (time.Time, error) {
	out, err := versionOf(ctx, workerd)
	if err != nil {
		return time.Time{}, fmt.Errorf("run workerd (on Linux it needs glibc): %w", err)
	}
	_, date, _ := strings.Cut(strings.TrimSpace(out), " ")
	newest, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not workerd: it says its version is %q", workerd, strings.TrimSpace(out))
	}
	if today := time.Now().UTC().Truncate(24 * time.Hour); newest.After(today) {
		newest = today
	}
	return newest, nil
}

// Close ends the Workers and gives the address back. Requests under way have a
// short time to end.
func (s *Server) Close() error {
	select {
	case <-s.closed:
		return nil
	default:
	}
	close(s.closed)
	s.switching.Lock()
	defer s.switching.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), killAfter)
	defer cancel()
	s.mu.Lock()
	last := s.current
	s.current, s.failure = nil, "The program ends."
	s.mu.Unlock()
	s.resume()
	if s.front.Shutdown(ctx) != nil {
		_ = s.front.Close()
	}
	if last != nil {
		last.end(0, killAfter, nil)
	}
	s.tasks.Wait()
	return s.clearDir()
}

// notify tells what happened.
func (s *Server) notify(e Event) {
	if s.opts.Notify == nil {
		return
	}
	s.notifying.Lock()
	defer s.notifying.Unlock()
	s.opts.Notify(e)
}

// environ is the environment for workerd.
func (o Options) environ() []string {
	if o.Environ == nil {
		return os.Environ()
	}
	return o.Environ
}

// lookup reads the last value of a variable.
func lookup(env []string, name string) string {
	value := ""
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}

// generation makes a fresh folder for one configuration. The caller switches.
func (s *Server) generation(w *writer) (string, error) {
	s.serial++
	dir := filepath.Join(s.opts.Dir, "run-"+strconv.Itoa(s.serial))
	if err := os.Mkdir(dir, 0o700); err != nil { // nothing here must survive a crash
		return "", err
	}
	err := w.writeGeneration(dir, func(path string, data []byte) error {
		return durable.WriteScratch(path, data, 0o600)
	})
	return dir, err
}
