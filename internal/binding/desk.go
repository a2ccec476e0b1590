// Package binding is the desk that a Worker's D1 binding talks to: plain HTTP
// from workerd, one request per query, batch or exec. It turns bytes into
// [d1.QueryRequest], asks the service, and turns the answer into the bytes
// that the binding expects: status 200 and JSON whatever happened, because the binding looks at nothing else.
package binding

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/dione-db/dione/d1"
)

// The headers of a request, as net/http spells them. The first two are
// injected by workerd, where its configuration says so; the third is sent and
// answered for requests of a session.
const (
	headerDatabase = "X-D1-Database-Id"
	headerSecret   = "Authorization"
	headerSession  = "X-Cf-D1-Session-Commit-Token"
)

// Authenticator recognises the binding that sends a request.
type Authenticator interface {
	// Binding checks the secret that came with the database id and gives the
	// context with the caller in it. It fails with KindUnauthorized.
	Binding(ctx context.Context, id d1.DatabaseID, secret string) (context.Context, error)
}

// Options describes a desk. Every field is needed.
type Options struct {
	// Service must be done with a request when its Query returns without an
	// error, or with one of KindSQL or KindInvalid: the memory of the parameters is used again.
	Service d1.Service
	Auth    Authenticator
	// RequestID gives the id of the request a context belongs to. It is what the
	// answer to an internal error names; the log line beside it has the cause.
	RequestID func(ctx context.Context) string
	Log       *slog.Logger
}

// Desk answers the requests of bindings. Any number of goroutines may use it.
type Desk struct {
	o        Options
	jobs     sync.Pool // of *job
	jsonType []string  // the value of Content-Type, shared by all answers
}

// job is the memory of one request and its answer.
type job struct {
	body    []byte
	decoder decoder
	answer  answer
}

// New makes a desk.
func New(o Options) *Desk {
	return &Desk{
		o:        o,
		jobs:     sync.Pool{New: func() any { return new(job) }},
		jsonType: []string{"application/json"},
	}
}

// ServeHTTP implements http.Handler.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || (r.URL.Path != "/query" && r.URL.Path != "/execute") {
		d.notFound(w)
		return
	}
	j, ok := d.jobs.Get().(*job)
	if !ok {
		j = new(job)
	}
	resp, shape, err := d.run(r.Context(), j, r)
	if err == nil && len(resp.Results) == 0 {
		err = d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, d1.TextNoStatements)
	}
	if err != nil {
		j.answer.failure(d.failureText(r, err))
	} else {
		j.answer.success(shape, resp.Results)
	}
	d.write(w, &j.answer, resp.Bookmark)
	resp.Recycle()
	if returned(r.Context(), err) {
		j.trim()
		d.jobs.Put(j)
	}
}

// run does the work of one request: who asks, what, and the service's answer.
func (d *Desk) run(ctx context.Context, j *job, r *http.Request) (d1.QueryResponse, shape, error) {
	id, ctx, err := d.authenticate(ctx, r.Header)
	if err != nil {
		drain(r.Body)
		return d1.QueryResponse{}, 0, err
	}
	if j.body, err = readBody(j.body[:0], r); err != nil {
		return d1.QueryResponse{}, 0, err
	}
	stmts, err := j.decoder.decode(j.body)
	if err != nil {
		return d1.QueryResponse{}, 0, err
	}
	if req, ok := exportRequest(id, stmts); ok {
		resp, err := d.export(ctx, req)
		return resp, shapeObjects, err
	}
	shape := shapeOf(r.URL.RawQuery)
	req := d1.QueryRequest{Database: id, Statements: stmts, Format: shape.format(), Session: session(r.Header)}
	resp, err := d.o.Service.Query(ctx, req)
	if req.Session == "" {
		resp.Bookmark = ""
	}
	return resp, shape, err
}

// authenticate reads the injected headers and gives the database and the
// context that names the caller.
func (d *Desk) authenticate(ctx context.Context, h http.Header) (d1.DatabaseID, context.Context, error) {
	given := h.Get(headerDatabase)
	if given == "" {
		return "", nil, d1.Errorf(d1.KindUnauthorized, d1.CodeUnauthenticated,
			"the request does not name a database; let workerd inject the headers that the command \"dione binding\" prints")
	}
	id, ok := d1.ParseDatabaseID(given)
	if !ok {
		return "", nil, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest,
			"the header x-d1-database-id holds %q, which is no id of a database; "+
				"inject the headers that the command \"dione binding\" prints", given)
	}
	secret := h.Get(headerSecret)
	if scheme, token, ok := strings.Cut(secret, " "); ok && strings.EqualFold(scheme, "bearer") {
		secret = strings.TrimSpace(token)
	}
	ctx, err := d.o.Auth.Binding(ctx, id, secret)
	return id, ctx, err
}

// session gives what the client's session knows, "" where there is no session.
func session(h http.Header) string {
	values := h[headerSession]
	if len(values) == 0 {
		return ""
	}
	if s := strings.TrimSpace(values[0]); s != "" {
		return s
	}
	return d1.FirstUnconstrained // as the binding itself takes an empty one
}

// failureText gives the text for the client and writes down what the operator must know.
func (d *Desk) failureText(r *http.Request, err error) string {
	e := d1.AsError(err)
	ctx := r.Context()
	gone := ctx.Err() != nil && errors.Is(err, ctx.Err()) // the client went away: nobody's fault
	if !gone && (e.Kind == d1.KindInternal || e.Kind == d1.KindDamaged || e.Code == d1.CodeStorage) {
		d.o.Log.LogAttrs(ctx, slog.LevelError, "query failed", slog.String("request_id", d.o.RequestID(ctx)),
			slog.String("database", r.Header.Get(headerDatabase)), slog.String("error", err.Error()),
			slog.String("cause", d1.Cause(err)))
	}
	if e.Kind == d1.KindInternal || e.Message == "" {
		return d.internalText(ctx)
	}
	return e.Message
}

// internalText is what a client learns of an internal error.
func (d *Desk) internalText(ctx context.Context) string {
	return "internal error; reference = " + d.o.RequestID(ctx)
}

// Panicked answers a request whose handler panicked. It is for the porch.
func (d *Desk) Panicked(w http.ResponseWriter, r *http.Request) {
	var a answer
	a.failure(d.internalText(r.Context()))
	d.write(w, &a, "")
}

// returned reports whether the service is certainly done with a request that
// ended like this. Where a wait was cut short, it may still look at the parameters.
func returned(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err == nil {
		return true
	}
	e := d1.AsError(err)
	return (e.Kind == d1.KindSQL && e.Code == d1.CodeSQL) || e.Kind == d1.KindInvalid
}

// What a job may keep for the next request.
const (
	keepBytes      = 256 << 10
	keepStatements = 256
)

// trim lets go of what a job should not keep.
func (j *job) trim() {
	if cap(j.body) > keepBytes {
		j.body = nil
	}
	j.decoder.trim()
	j.answer.trim()
}
