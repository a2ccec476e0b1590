package httpd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// exchange is one request and its answer as the porch sees them. It is the
// ResponseWriter of the handlers and carries the request id.
type exchange struct {
	http.ResponseWriter

	boot, number uint64 // the request id: random per server, counted within
	status       int    // 0 until the handler answers
	bytes        int64  // of the answer's body
}

// WriteHeader implements http.ResponseWriter.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= http.StatusOK { // 1xx come before the answer
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// id spells the request id. It is only spelled when somebody asks: most requests have no need of it.
func (x *exchange) id() string { return fmt.Sprintf("%08x%08x", uint32(x.boot), x.number) }

// exchangeKey is the key of the exchange in a context.
type exchangeKey struct{}

// RequestID gives the id of the request that ctx belongs to, "" outside of
// one. It is in the request's log line, so an answer that names it leads there.
func RequestID(ctx context.Context) string {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x.id()
	}
	return ""
}

// porch stands before a desk.
type porch struct {
	Options

	boot    uint64
	counter atomic.Uint64
}

// newPorch makes a porch with a boot number of its own.
func newPorch(o Options) *porch {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	return &porch{Options: o, boot: binary.LittleEndian.Uint64(b[:])}
}

// ServeHTTP implements http.Handler.
func (p *porch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, boot: p.boot, number: p.counter.Add(1)}
	ctx := context.WithValue(r.Context(), exchangeKey{}, x)
	r = r.WithContext(ctx)
	if p.Log.Enabled(ctx, p.AccessLevel) {
		defer p.line(x, r, time.Now())
	}
	defer p.recovered(x, r)
	p.Handler.ServeHTTP(x, r)
	if x.status == 0 {
		x.status = http.StatusOK // what net/http makes of no answer
	}
}

// line writes the log line of a request that has ended.
func (p *porch) line(x *exchange, r *http.Request, start time.Time) {
	p.Log.LogAttrs(r.Context(), p.AccessLevel, "request",
		slog.String("request_id", x.id()), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", x.status), slog.Int64("bytes", x.bytes), slog.Duration("duration", time.Since(start)))
}

// recovered, deferred, writes down a panic and answers for the handler. An answer
// that has begun cannot be taken back: then the connection is cut, so that the
// client does not take half of it for the whole.
func (p *porch) recovered(x *exchange, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // a panic's value, compared as net/http does
		panic(v)
	}
	p.Log.LogAttrs(r.Context(), slog.LevelError, "request panicked", slog.String("request_id", x.id()),
		slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.String("panic", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
	switch {
	case x.status != 0:
		panic(http.ErrAbortHandler)
	case p.Panicked != nil:
		p.Panicked(x, r)
	default:
		x.WriteHeader(http.StatusInternalServerError)
	}
}
