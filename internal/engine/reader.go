package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// read runs a request on a snapshot, on the caller's goroutine. It fails with
// [sqlite.ErrNeedsWriter] when the request does more than read; then nothing of it ran.
func (a *actor) read(ctx context.Context, p *patience, stmts []d1.Statement, f d1.Format) ([]d1.Result, error) {
	c, err := a.takeReader(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := a.engine.runs.enter(ctx, p); err != nil {
		a.giveReader(c)
		return nil, err
	}
	results, ok, err := a.runReader(ctx, c, stmts, f)
	a.engine.runs.leave()
	if !ok {
		a.discard()
		_ = closeConn(c) // its failure is known by now
		c = nil
	}
	a.giveReader(c)
	if err != nil {
		return nil, err
	}
	last := a.lastRowID.Load()
	for i := range results {
		results[i].Meta.LastRowID = last
	}
	return results, nil
}

// runReader is a run with its guards. ok is false when the connection, and with it all
// others of the database, must not be used again.
func (a *actor) runReader(ctx context.Context, c conn, stmts []d1.Statement, f d1.Format) (res []d1.Result, ok bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			res, ok, err = nil, false, panicked(p)
		}
	}()
	res, err = c.Query(ctx, stmts, f)
	return res, err == nil || !damaged(err), err
}

// damaged tells whether an error means that a later request should open the file anew.
func damaged(err error) bool {
	return !errors.Is(err, sqlite.ErrNeedsWriter) && d1.KindOf(err) == d1.KindDamaged
}

// panicked makes an error of a broken invariant, its trace for the log alone.
func panicked(p any) error {
	return d1.Errorf(d1.KindInternal, d1.CodeInternal, "internal error").
		Because(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
}

// takeReader takes a reading connection, and the caller is inside until giveReader.
func (a *actor) takeReader(ctx context.Context, p *patience) (conn, error) {
	if err := a.readers.enter(ctx, p); err != nil {
		return nil, err
	}
	a.mu.Lock()
	if err := a.admit(ctx, p); err != nil {
		a.mu.Unlock()
		a.readers.leave()
		return nil, err
	}
	a.inside()
	a.reading++
	a.peak = max(a.peak, a.reading)
	var c conn
	if n := len(a.free); n > 0 {
		c, a.free = a.free[n-1], a.free[:n-1]
	}
	a.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := a.connect(true)
	if err != nil {
		a.giveReader(nil)
		return nil, err
	}
	return c, nil
}

// giveReader gives back what takeReader gave; nil when that is closed.
func (a *actor) giveReader(c conn) {
	a.mu.Lock()
	if c != nil {
		a.free = append(a.free, c)
	}
	a.reading--
	a.outside()
	a.mu.Unlock()
	a.readers.leave()
}
