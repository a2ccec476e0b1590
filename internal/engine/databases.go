package engine

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/catalog"
)

// CreateDatabase implements [d1.Catalog].
func (e *Engine) CreateDatabase(ctx context.Context, req d1.CreateDatabaseRequest) (d1.Database, error) {
	if err := e.open(); err != nil {
		return d1.Database{}, err
	}
	db, err := e.opts.Catalog.Create(ctx, req.Name, req.ID)
	if err != nil {
		return d1.Database{}, d1.AsError(err)
	}
	return db, nil
}

// countTables leaves out the tables of SQLite and those of the server.
const countTables = `SELECT count(*) FROM sqlite_schema WHERE type = 'table'
	AND substr(name, 1, 7) <> 'sqlite_' AND substr(lower(name), 1, 4) <> '_cf_'`

// Database implements [d1.Catalog].
func (e *Engine) Database(ctx context.Context, idOrName string) (d1.Database, error) {
	if err := e.open(); err != nil {
		return d1.Database{}, err
	}
	db, err := e.opts.Catalog.Find(ctx, idOrName)
	if err != nil {
		return d1.Database{}, d1.AsError(err)
	}
	if err := e.measure(ctx, &db); err != nil {
		return d1.Database{}, d1.AsError(err)
	}
	return db, nil
}

// measure asks the database itself for its size and its tables.
func (e *Engine) measure(ctx context.Context, db *d1.Database) error {
	a, err := e.actor(ctx, db.ID)
	if err != nil {
		return err
	}
	p := patience{limit: e.opts.QueueWait}
	defer p.stop()
	results, err := a.read(ctx, &p, []d1.Statement{{SQL: countTables}}, d1.FormatArrays)
	if err != nil {
		return err
	}
	if len(results) != 1 {
		return fmt.Errorf("count tables: %d results", len(results))
	}
	db.FileSize = results[0].Meta.SizeAfter
	if db.NumTables, err = strconv.Atoi(strings.Trim(string(results[0].Rows.JSON), "[]")); err != nil {
		return fmt.Errorf("count tables: %w", err)
	}
	return nil
}

// Databases implements [d1.Catalog].
func (e *Engine) Databases(ctx context.Context, req d1.ListRequest) (d1.ListResponse, error) {
	if err := e.open(); err != nil {
		return d1.ListResponse{}, err
	}
	resp, err := e.opts.Catalog.List(ctx, req)
	if err != nil {
		return d1.ListResponse{}, d1.AsError(err)
	}
	return resp, nil
}

// DeleteDatabase implements [d1.Catalog]. When ctx ends before the last query
// under way, nothing is deleted.
func (e *Engine) DeleteDatabase(ctx context.Context, id d1.DatabaseID) error {
	a, err := e.actor(ctx, id)
	if err != nil {
		return d1.AsError(err)
	}
	if err := a.depart(); err != nil {
		return d1.AsError(err)
	}
	if err := a.quiesce(ctx); err != nil {
		a.stay()
		return d1.AsError(err)
	}
	a.closeAll()
	if err := e.opts.Catalog.Delete(ctx, id); err != nil {
		a.stay()
		a.reopenable()
		return d1.AsError(err)
	}
	e.forget(a)
	a.reopenable() // to nobody: it stays gone
	return nil
}

// depart refuses whoever comes from now on, or waits, as if the database were deleted.
func (a *actor) depart() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.shut:
		return shuttingDown()
	case a.gone:
		return catalog.NotFound(string(a.id))
	}
	a.gone = true
	a.signal()
	return nil
}

// stay takes depart back.
func (a *actor) stay() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gone = false
}
