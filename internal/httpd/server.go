// Package httpd is the porch: listeners, limits, a request id, recovery from
// panics, one log line per request, and an orderly end. It never reads a body
// and does not know what the requests are about.
package httpd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// What a server allows its clients. Idle connections stay long: workerd closes
// its own after a few seconds, and a request that meets a connection just being
// closed would be lost.
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 5 * time.Minute
	readTimeout    = 10 * time.Minute // of a whole request, its body included
	writeTimeout   = 15 * time.Minute // from the request's header to the answer's last byte
	maxHeaderBytes = 64 << 10
)

// Options describes a server.
type Options struct {
	// Handler is the desk.
	Handler http.Handler
	// Panicked answers a request whose handler panicked before it answered. The request id
	// is in the context of r. Nil gives an empty 500.
	Panicked func(w http.ResponseWriter, r *http.Request)
	// Log gets one line per request at AccessLevel, and the stack of a panic at
	// error level. While AccessLevel is off the line costs nothing.
	Log         *slog.Logger
	AccessLevel slog.Level
	// Unhurried lifts the bounds on the time of a request, for clients that own the node anyway and send
	// whole databases.
	Unhurried bool
}

// Server serves one desk on any number of listeners.
type Server struct {
	http *http.Server
	end  context.CancelFunc // ends the context of every request

	gate   sync.RWMutex // held for reading by each request under way
	closed bool
}

// New makes a server; it listens nowhere before [Server.Serve].
func New(o Options) *Server {
	base, end := context.WithCancel(context.Background())
	s := &Server{end: end}
	s.http = &http.Server{
		Handler:           s.underWay(newPorch(o)),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return base },
	}
	if o.Unhurried {
		s.http.ReadTimeout, s.http.WriteTimeout = 0, 0
	}
	return s
}

// Serve answers requests that arrive at l until [Server.Shutdown], and then
// returns nil. It closes l.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}

// ServeHTTP implements http.Handler: one request, as if it had come through a listener.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.http.Handler.ServeHTTP(w, r) }

// Shutdown ends the server: no new requests, then those under way come to
// their end. When ctx ends first their contexts are canceled and their connections closed, and
// Shutdown returns the error of ctx. In either case no handler runs any more
// when it returns, so what is behind the desk may be closed.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	s.end()
	if err != nil {
		err = errors.Join(fmt.Errorf("wait for requests under way: %w", err), s.http.Close())
	}
	s.gate.Lock()
	s.closed = true
	s.gate.Unlock()
	return err
}

// underWay lets Shutdown wait for every handler: net/http itself does not wait
// for those whose connection it closed.
func (s *Server) underWay(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.gate.RLock()
		defer s.gate.RUnlock()
		if s.closed {
			panic(http.ErrAbortHandler) // the way to close a connection without an answer
		}
		next.ServeHTTP(w, r)
	})
}
