// Package binding is the desk that a Worker's D1 binding talks to: plain HTTP
// from workerd, one request per query, batch or exec. It turns bytes into
// [d1.QueryRequest], asks the service, and turns the answer into the bytes that the binding expects.
package binding

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/dione-db/dione/d1"
)

// Authenticator recognises the binding that sends a request.
type Authenticator interface {
	// Binding checks the secret that came with the database id and gives the
	// context with the caller in it. It fails with KindUnauthorized.
	Binding(ctx context.Context, id d1.DatabaseID, secret string) (context.Context, error)
}

// Options describes a desk.
type Options struct {
	Service d1.Service
	Auth    Authenticator
	// RequestID gives the id of the request a context belongs to. It is what the answer to an
	// internal error names; the log line beside it has the cause.
	RequestID func(ctx context.Context) string
	Log       *slog.Logger
}

// Desk answers the requests of bindings.
type Desk struct {
	o Options
}

// New makes a desk.
func New(o Options) *Desk { return &Desk{o: o} }

// ServeHTTP implements http.Handler.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) { panic("not yet") }

// Panicked answers a request whose handler panicked. It is for the porch.
func (d *Desk) Panicked(w http.ResponseWriter, r *http.Request) { panic("not yet") }
