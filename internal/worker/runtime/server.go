// Package runtime runs Workers on workerd.
package runtime

import (
	"context"
	"errors"
	"io"
)

// Options says how to run.
type Options struct {
	// Workerd is the path of the program.
	Workerd string
	// Dir is the working folder: made when missing, private to one Server, with
	// nothing in it that is worth keeping.
	Dir string
	// Listen is the address that people open, host:port; port 0 takes a free one.
	Listen string
	// Log takes what workerd and the Workers print, line by line, each after
	// Prefix. Writes come from one goroutine at a time; nil discards.
	Log    io.Writer
	Prefix string
	// Notify takes what happens outside of calls; nil for nobody. It is called
	// from one goroutine at a time and must not call the Server.
	Notify func(Event)
}

// Event is something that happened by itself.
type Event struct {
	// Warning says that something was changed or is missing, such as a date that
	// was lowered. Failure says that the running Workers came to an end.
	Warning string
	Failure error
	// Recovered says that they run again.
	Recovered bool
}

// StartError says that the Workers could not be started: the fault is in their
// code or configuration. A Server goes on with what it ran before.
type StartError struct {
	// Lines are what workerd said, the last ones.
	Lines []string
}

// Error implements error.
func (e *StartError) Error() string { return "" }

// Server has the public address and runs one Config at a time behind it.
type Server struct{}

// New takes the address. Nothing runs yet: requests are answered with 503.
func New(ctx context.Context, o Options) (*Server, error) { return nil, errors.ErrUnsupported }

// URL is what people open: http://host:port.
func (s *Server) URL() string { return "" }

// Load makes the Config the one that answers, in place of the one before, and
// returns when it does. A [*StartError] leaves the one before in place.
func (s *Server) Load(ctx context.Context, c Config) error { return errors.ErrUnsupported }

// Close ends the Workers and gives the address back.
func (s *Server) Close() error { return nil }
