// Package app assembles the rooms: it opens a data folder, puts the engine,
// the guard and the desks together, and ends them in the right order.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/auth"
	"github.com/dione-db/dione/internal/binding"
	"github.com/dione-db/dione/internal/httpd"
	"github.com/dione-db/dione/internal/local"
)

// unixPrefix marks an address as the path of a Unix socket.
const unixPrefix = "unix:"

// Node is a data folder that this process has, with its desks.
type Node struct {
	*core

	o       Options
	servers []*httpd.Server
	running sync.WaitGroup
	desk    string // where the desk of bindings always answers
	binding string // the address that was asked for, with its real port
	failed  chan error
}

// Open opens a data folder and, where o.Listen says so, serves it. A folder
// that another process has is waited for as long as o.Wait says, and then an
// [*InUseError].
func Open(ctx context.Context, o Options) (*Node, error) {
	c, err := openWaiting(ctx, o)
	if err != nil {
		return nil, err
	}
	return newNode(ctx, o, c)
}

// newNode puts the desks in front of an open folder, which it closes when that
// fails.
func newNode(ctx context.Context, o Options, c *core) (*Node, error) {
	n := &Node{core: c, o: o, failed: make(chan error, 3)}
	if !o.Listen {
		return n, nil
	}
	if err := n.listen(ctx); err != nil {
		return nil, errors.Join(err, n.Close(ctx))
	}
	return n, nil
}

// listen opens the desks, and says so when all of them answer.
func (n *Node) listen(ctx context.Context) error {
	guard := auth.NewGuard(n.engine, n.o.Log)
	if err := n.serveBindings(ctx, guard); err != nil {
		return err
	}
	l, err := local.Listen(ctx, filepath.Join(n.o.DataDir, localSocketName))
	if err != nil {
		return fmt.Errorf("open the socket for commands: %w", err)
	}
	handler := auth.Trusted(local.NewHandler(guard, n.o.Log), auth.LocalCaller("cli"))
	n.serve(httpd.New(httpd.Options{Handler: handler, Log: n.o.Log, AccessLevel: slog.LevelDebug, Unhurried: true}), l) //nolint:contextcheck // a server lives longer than this call
	return writeRunning(n.o.DataDir, Running{PID: os.Getpid(), Command: n.o.Command, Desk: n.desk, Binding: n.binding})
}

// serveBindings opens the desk of bindings at the socket in the data folder
// and at the address that was asked for.
func (n *Node) serveBindings(ctx context.Context, svc d1.Service) error {
	desk := binding.New(binding.Options{
		Service: svc, Auth: auth.NewAuthenticator(n.key, n.o.Log), RequestID: httpd.RequestID, Log: n.o.Log,
	})
	server := httpd.New(httpd.Options{ //nolint:contextcheck // a server lives longer than this call
		Handler: desk, Panicked: desk.Panicked, Log: n.o.Log, AccessLevel: slog.LevelDebug,
	})
	addresses := []string{deskAddress(n.o.DataDir)}
	if n.o.Binding != "" {
		addresses = append(addresses, n.o.Binding)
	}
	var listeners []net.Listener
	for _, address := range addresses {
		l, err := httpd.Listen(ctx, address, false)
		if err != nil {
			for _, l := range listeners {
				_ = l.Close() // nobody has used it
			}
			return fmt.Errorf("open the desk of bindings: %w", err)
		}
		listeners = append(listeners, l)
	}
	n.desk = addressOf(listeners[0])
	if n.o.Binding != "" {
		n.binding = addressOf(listeners[1])
	}
	n.serve(server, listeners...)
	return nil
}

func addressOf(l net.Listener) string {
	if l.Addr().Network() == "unix" {
		return unixPrefix + l.Addr().String()
	}
	return l.Addr().String()
}

func (n *Node) serve(s *httpd.Server, listeners ...net.Listener) {
	n.servers = append(n.servers, s)
	for _, l := range listeners {
		n.running.Go(func() {
			if err := s.Serve(l); err != nil {
				n.failed <- err
			}
		})
	}
}

// Failed gives the error of a desk that ended by itself.
func (n *Node) Failed() <-chan error { return n.failed }

// Service is the databases, for this process itself.
func (n *Node) Service() d1.Service { return n.engine }

// BindingAddress is the address that was asked for in [Options], with the port
// it got.
func (n *Node) BindingAddress() string { return n.binding }

// Close ends the desks, those who come last first, waits for requests under
// way, and gives the folder back. The end of ctx does not matter; requests
// that take too long are interrupted.
func (n *Node) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	drain, drained := context.WithTimeout(ctx, drainTimeout)
	defer drained()
	var errs []error
	for i := range n.servers {
		err := n.servers[len(n.servers)-1-i].Shutdown(drain)
		if errors.Is(err, context.DeadlineExceeded) { // they have ended by now
			n.o.Log.LogAttrs(ctx, slog.LevelWarn, "requests interrupted")
			continue
		}
		errs = append(errs, err)
	}
	n.running.Wait()
	if n.o.Listen {
		_ = os.Remove(filepath.Join(n.o.DataDir, runningName)) // only believed while this process has the lock
	}
	return errors.Join(append(errs, n.close(ctx))...)
}

// deskAddress is where the desk of bindings always answers: a socket in the
// data folder, so that the next process can take its place, or a port where
// the path is too long for one.
func deskAddress(dataDir string) string {
	if path := filepath.Join(dataDir, bindingSocketName); len(path) <= maxSocketPath {
		return unixPrefix + path
	}
	return "127.0.0.1:0"
}

// Header is a header that workerd injects into the requests of a binding.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// BindingHeaders are the headers that open one database to a binding.
func BindingHeaders(key []byte, id d1.DatabaseID) []Header {
	return []Header{
		{Name: "x-d1-database-id", Value: string(id)},
		{Name: "authorization", Value: "Bearer " + auth.BindingSecret(key, id)},
	}
}
