package engine

import (
	"context"
	"fmt"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// Export implements [d1.Querier]. It counts as one reader of the database and
// reads on a connection of its own, which the limits of users do not bind.
func (e *Engine) Export(ctx context.Context, req d1.ExportRequest) (d1.ExportResponse, error) {
	a, err := e.actor(ctx, req.Database)
	if err != nil {
		return d1.ExportResponse{}, d1.AsError(err)
	}
	p := patience{limit: e.opts.QueueWait}
	defer p.stop()
	held, err := a.takeReader(ctx, &p) // also the place of the one that is opened below
	if err != nil {
		return d1.ExportResponse{}, d1.AsError(err)
	}
	defer a.giveReader(held)
	if err := e.runs.enter(ctx, &p); err != nil {
		return d1.ExportResponse{}, d1.AsError(err)
	}
	defer e.runs.leave()
	lines, err := a.export(ctx, req)
	if err != nil {
		if damaged(err) {
			a.discard()
		}
		return d1.ExportResponse{}, d1.AsError(err)
	}
	return d1.ExportResponse{Lines: lines}, nil
}

// export reads the whole database; the caller is inside.
func (a *actor) export(ctx context.Context, req d1.ExportRequest) (lines []string, err error) {
	c, err := sqlite.Open(a.engine.opts.Catalog.Path(a.id), sqlite.Options{ReadOnly: true, Trusted: true})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	defer func() {
		if p := recover(); p != nil {
			lines, err = nil, panicked(p)
		}
		_ = closeConn(c) // it only read
	}()
	err = c.Export(ctx, req, func(line string) error {
		lines = append(lines, line)
		return nil
	})
	return lines, err
}
