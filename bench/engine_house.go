package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/catalog"
	"github.com/dione-db/dione/internal/engine"
)

// house is a whole engine with its catalog.
type house struct {
	catalog *catalog.Catalog
	engine  *engine.Engine
}

// openHouse opens the data folder. With openMax 1 each database that is used closes the one before.
func openHouse(dir string, openMax int) (*house, error) {
	log := slog.New(slog.DiscardHandler)
	c, err := catalog.Open(context.Background(), dir, log)
	if err != nil {
		return nil, fmt.Errorf("open catalog: %w", err)
	}
	key := []byte("not a secret, but 32 bytes long.")
	e := engine.New(engine.Options{Catalog: c, Key: key, Log: log, Limits: d1.Cloudflare(), OpenMax: openMax})
	return &house{catalog: c, engine: e}, nil
}

func (h *house) close() error {
	if err := h.engine.Close(context.Background()); err != nil {
		return fmt.Errorf("close engine: %w", err)
	}
	return h.catalog.Close()
}

// makeHouse makes a data folder with the large database and n small ones.
func makeHouse(ctx context.Context, dir, base string, n int) error {
	h, err := openHouse(dir, 0)
	if err != nil {
		return err
	}
	put := func(name, from string) error {
		db, err := h.catalog.Create(ctx, name, "")
		if err != nil {
			return fmt.Errorf("create database: %w", err)
		}
		data, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("read database: %w", err)
		}
		return os.WriteFile(h.catalog.Path(db.ID), data, 0o600) //nolint:forbidigo // scratch: nobody needs it after a crash
	}
	if err := put("base", filepath.Join(base, "base.sqlite")); err != nil {
		return err
	}
	small := smallPath(filepath.Join(filepath.Dir(dir), "kept"), 0)
	for i := range n {
		if err := put(smallName(i), small); err != nil {
			return err
		}
	}
	return h.close()
}

func smallName(i int) string { return fmt.Sprintf("small-%05d", i) }

// find gives a session on the database with this name.
func (h *house) find(name string) (*tenant, error) {
	db, err := h.catalog.Find(context.Background(), name) // the engine would open it
	if err != nil {
		return nil, fmt.Errorf("find database: %w", err)
	}
	return h.tenant(db.ID), nil
}

func (h *house) tenant(id d1.DatabaseID) *tenant {
	ctx, stop := context.WithCancel(context.Background())
	return &tenant{
		house: h, ctx: ctx, stop: stop,
		req: d1.QueryRequest{Database: id, Format: d1.FormatObjects, Statements: make([]d1.Statement, 1)},
	}
}

// tenant asks a whole engine about one database.
type tenant struct {
	house *house
	own   bool            // close closes the house too
	ctx   context.Context //nolint:containedctx // one for the whole run, as a request has one for all its statements
	stop  context.CancelFunc
	req   d1.QueryRequest
	last  d1.QueryResponse
}

// openTenant opens the large database of a house, or a new database in a new house.
func openTenant(dir string, write bool, init string) (session, error) {
	h, err := openHouse(dir, 0)
	if err != nil {
		return nil, err
	}
	if write {
		if _, err := h.engine.CreateDatabase(context.Background(), d1.CreateDatabaseRequest{Name: "base"}); err != nil {
			return nil, fmt.Errorf("create database: %w", err)
		}
	}
	t, err := h.find("base")
	if err != nil {
		return nil, err
	}
	t.own = true
	for _, sql := range statements(init) {
		if _, err := t.rows(sql); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tenant) query(sql string) ([]byte, error) {
	t.req.Statements[0].SQL = sql
	t.last.Recycle() // as the desk does when it has sent an answer
	var err error
	if t.last, err = t.house.engine.Query(t.ctx, t.req); err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return t.last.Results[0].Rows.JSON, nil
}

func (t *tenant) point(id int64) ([]byte, error) {
	bindPoint(&t.req.Statements[0].Params, id)
	return t.query(pointSQL)
}

func (t *tenant) rows(sql string) ([]byte, error) {
	t.req.Statements[0].Params.Reset()
	return t.query(sql)
}

func (t *tenant) insert(k int64, v string, n float64) error {
	bindInsert(&t.req.Statements[0].Params, k, v, n)
	_, err := t.query(insertSQL)
	return err
}

func (t *tenant) close() error {
	t.stop()
	if t.own {
		return t.house.close()
	}
	return nil
}
