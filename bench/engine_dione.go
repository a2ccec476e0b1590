package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// checkpointFrames is SQLite's own threshold, at which the plain C program and
// the drivers checkpoint too.
const checkpointFrames = 1000

// dione runs statements as the engine does: D1's limits and rules, a context
// that may end, a writer or a reader.
type dione struct {
	c     *sqlite.Conn
	ctx   context.Context //nolint:containedctx // one for the whole run, as a request has one for all its statements
	stop  context.CancelFunc
	stmts []d1.Statement
	last  d1.QueryResponse
}

func openDione(path string, write bool, init string) (*dione, error) {
	c, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare(), ReadOnly: !write, Create: init != ""})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	d := &dione{c: c, ctx: ctx, stop: stop, stmts: make([]d1.Statement, 1)}
	for _, sql := range statements(init) {
		if _, err := d.rows(sql); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *dione) query(sql string) ([]byte, error) {
	d.stmts[0].SQL = sql
	d.last.Recycle() // as the desk does when it has sent an answer
	var err error
	if d.last.Results, err = d.c.Query(d.ctx, d.stmts, d1.FormatObjects); err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return d.last.Results[0].Rows.JSON, nil
}

// bindPoint and bindInsert bind numbers as D1 does: as REAL.
func bindPoint(p *d1.Params, id int64) {
	p.Reset()
	p.AppendReal(float64(id))
}

func bindInsert(p *d1.Params, k int64, v string, n float64) {
	p.Reset()
	p.AppendReal(float64(k))
	p.AppendText(v)
	p.AppendReal(n)
}

func (d *dione) point(id int64) ([]byte, error) {
	bindPoint(&d.stmts[0].Params, id)
	return d.query(pointSQL)
}

func (d *dione) rows(sql string) ([]byte, error) {
	d.stmts[0].Params.Reset()
	return d.query(sql)
}

func (d *dione) insert(k int64, v string, n float64) error {
	bindInsert(&d.stmts[0].Params, k, v, n)
	if _, err := d.query(insertSQL); err != nil {
		return err
	}
	if pending, _ := d.c.WALFrames(); pending >= checkpointFrames {
		if err := d.c.Checkpoint(false); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	return nil
}

func (d *dione) close() error {
	d.stop()
	return d.c.Close()
}

// both is a database with a writer and a reader, as after a write and a read.
// After each answer it gives back memory, as the engine does with a database
// that nobody used for a while.
type both struct {
	*dione

	writer *dione
}

func openBoth(path string) (session, error) {
	w, err := openDione(path, true, "")
	if err != nil {
		return nil, err
	}
	if _, err := w.rows(firstSQL); err != nil {
		return nil, err
	}
	r, err := openDione(path, false, "")
	if err != nil {
		return nil, err
	}
	return &both{dione: r, writer: w}, nil
}

func (b *both) rows(sql string) ([]byte, error) {
	out, err := b.dione.rows(sql)
	b.c.Shrink()
	b.writer.c.Shrink()
	return out, err
}

func (b *both) close() error { return errors.Join(b.dione.close(), b.writer.close()) }
