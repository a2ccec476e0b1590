package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/history"
	"github.com/dione-db/dione/internal/sqlite"
)

// Query implements [d1.Querier]. What looks like a read runs on a snapshot, on
// the caller's goroutine; all else, and what turns out to be no read, in the
// database's order of writes.
func (e *Engine) Query(ctx context.Context, req d1.QueryRequest) (d1.QueryResponse, error) {
	a, err := e.actor(ctx, req.Database)
	if err != nil {
		return d1.QueryResponse{}, d1.AsError(err)
	}
	p := patience{limit: e.opts.QueueWait}
	defer p.stop()
	// Loaded before the snapshot is taken: the read certainly includes it.
	at := a.position.Load()
	results, err := a.query(ctx, &p, &req, &at)
	var resp d1.QueryResponse
	if req.Session != "" {
		resp.Bookmark = a.bookmark(req.Session, *at)
	}
	switch {
	case err != nil:
		return resp, d1.AsError(err)
	case len(results) == 0:
		return resp, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, "%s", d1.TextNoStatements)
	}
	for i := range results {
		m := &results[i].Meta
		m.ServedBy, m.ServedByPrimary, m.TotalAttempts = servedBy, true, 1
	}
	resp.Results = results
	return resp, nil
}

// query runs a request where it belongs; at becomes the position after a write.
func (a *actor) query(ctx context.Context, p *patience, req *d1.QueryRequest, at **history.Position) ([]d1.Result, error) {
	if looksLikeRead(req.Statements) && !a.pinned.Load() {
		results, err := a.read(ctx, p, req.Statements, req.Format)
		if err == nil || !errors.Is(err, sqlite.ErrNeedsWriter) {
			return results, err
		}
	}
	return a.queryWriter(ctx, p, req.Statements, req.Format, at)
}

// queryWriter runs a request in its turn; at becomes the position after it.
func (a *actor) queryWriter(
	ctx context.Context, p *patience, stmts []d1.Statement, f d1.Format, at **history.Position,
) (results []d1.Result, err error) {
	err = a.write(ctx, p, at, func(c conn) (changed bool, err error) {
		results, err = c.Query(ctx, stmts, f)
		return slices.ContainsFunc(results, func(r d1.Result) bool { return r.Meta.ChangedDB }), err
	})
	return results, err
}

// Import implements [d1.Querier].
func (e *Engine) Import(ctx context.Context, req d1.ImportRequest) (d1.ImportResponse, error) {
	a, err := e.actor(ctx, req.Database)
	if err != nil {
		return d1.ImportResponse{}, d1.AsError(err)
	}
	p := patience{limit: e.opts.QueueWait}
	defer p.stop()
	at := a.position.Load()
	var resp d1.ImportResponse
	err = a.write(ctx, &p, &at, func(c conn) (changed bool, err error) {
		resp.NumQueries, resp.Meta, err = c.Import(ctx, req.SQL)
		return resp.Meta.ChangedDB, err
	})
	bookmark := a.bookmark(d1.FirstPrimary, *at)
	switch {
	case err != nil:
		return d1.ImportResponse{Bookmark: bookmark}, d1.AsError(err)
	case resp.NumQueries == 0:
		return d1.ImportResponse{Bookmark: bookmark}, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, "%s", d1.TextNoStatements)
	}
	resp.Meta.ServedBy, resp.Meta.ServedByPrimary, resp.Meta.TotalAttempts = servedBy, true, 1
	resp.Bookmark = bookmark
	return resp, nil
}

// bookmark is what a session learns: at, or its own bookmark where that is
// greater. A text that is no bookmark of this database says nothing, which one
// primary cannot do anything about and need not.
func (a *actor) bookmark(session string, at history.Position) d1.Bookmark {
	codec := a.codec.Load()
	if codec == nil {
		codec = history.NewCodec(a.engine.opts.Key, a.id)
		a.codec.Store(codec)
	}
	if session != d1.FirstPrimary && session != d1.FirstUnconstrained {
		if own, err := codec.Decode(d1.Bookmark(session)); err == nil && own.Includes(at) {
			return d1.Bookmark(session)
		}
	}
	return codec.Encode(at)
}
