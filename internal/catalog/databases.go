package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/durable"
	"github.com/dione-db/dione/internal/sqlite"
)

// record is a row of the table, as its columns are named in every SELECT here.
type record struct {
	ID        d1.DatabaseID `json:"id"`
	Name      string        `json:"name"`
	CreatedAt int64         `json:"created_at"` // milliseconds since 1970
}

func (r record) database() d1.Database {
	return d1.Database{ID: r.ID, Name: r.Name, CreatedAt: time.UnixMilli(r.CreatedAt).UTC()}
}

// Create makes a database with an empty file. When it returns without an error the
// database survives a crash; otherwise it is as if it never was. It fails with
// KindInvalid for a bad name or id, and with KindConflict when one of them is taken.
func (c *Catalog) Create(ctx context.Context, name string, id d1.DatabaseID) (d1.Database, error) {
	if err := d1.CheckName(name); err != nil {
		return d1.Database{}, err
	}
	if id == "" {
		id = d1.NewDatabaseID()
	} else if parsed, ok := d1.ParseDatabaseID(string(id)); !ok || parsed != id {
		return d1.Database{}, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest,
			"the id of a database is a lower-case UUID, %q is none", id)
	}
	r := record{ID: id, Name: name, CreatedAt: time.Now().UnixMilli()}
	if err := c.reserve(ctx, r); err != nil {
		return d1.Database{}, err
	}
	// From here on the client's going away changes nothing: half a database helps nobody.
	ctx = context.WithoutCancel(ctx)
	if err := c.build(ctx, r); err != nil {
		if undoErr := c.remove(ctx, id); undoErr != nil {
			c.log.LogAttrs(ctx, slog.LevelWarn, "a failed creation is undone at the next start",
				slog.String("database", string(id)), slog.Any("error", undoErr))
		}
		return d1.Database{}, err
	}
	return r.database(), nil
}

// reserve takes the name and the id.
func (c *Catalog) reserve(ctx context.Context, r record) error {
	switch _, err := os.Stat(c.Path(r.ID)); {
	case err == nil: // no row of ours ever leaves a file behind, so it is someone's data
		return d1.Errorf(d1.KindConflict, d1.CodeNameTaken, "a file of a database %s is already there", r.ID)
	case !errors.Is(err, fs.ErrNotExist):
		return storage("look for database file", err)
	}
	res, err := c.write.run(ctx,
		statement(`SELECT id, ifnull(name, '') AS name FROM databases WHERE id = ? OR name = ?`, r.ID, r.Name),
		statement(`INSERT INTO databases (id, name, created_at, state) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			r.ID, r.Name, r.CreatedAt, stateCreating))
	if err != nil {
		return fmt.Errorf("record database: %w", err)
	}
	var taken []record
	if err := decode(res[0], &taken); err != nil {
		return err
	}
	switch {
	case slices.ContainsFunc(taken, func(t record) bool { return t.Name == r.Name }):
		return d1.Errorf(d1.KindConflict, d1.CodeNameTaken, "a database named %q exists", r.Name)
	case len(taken) > 0:
		return d1.Errorf(d1.KindConflict, d1.CodeNameTaken, "a database with the id %s exists", r.ID)
	}
	return nil
}

// build makes the folder and the file and then lets the database be seen.
func (c *Catalog) build(ctx context.Context, r record) error {
	if err := durable.MkdirAll(c.path(r.ID), 0o700); err != nil {
		return storage("make database folder", err)
	}
	conn, err := sqlite.Open(c.Path(r.ID), sqlite.Options{Create: true})
	if err != nil {
		return fmt.Errorf("make database file: %w", ours(err))
	}
	if err := conn.Close(); err != nil {
		return fmt.Errorf("make database file: %w", err)
	}
	if err := durable.SyncDir(c.path(r.ID)); err != nil {
		return storage("make database file", err)
	}
	if _, err := c.write.run(ctx, statement(`UPDATE databases SET state = ? WHERE id = ?`, stateLive, r.ID)); err != nil {
		return fmt.Errorf("record database: %w", err)
	}
	return nil
}

// Get finds a database by id. It fails with KindNotFound.
func (c *Catalog) Get(ctx context.Context, id d1.DatabaseID) (d1.Database, error) {
	return c.one(ctx, `id = ?`, string(id))
}

// Find finds a database by id or by name, which never look alike. It fails with KindNotFound.
func (c *Catalog) Find(ctx context.Context, idOrName string) (d1.Database, error) {
	if id, ok := d1.ParseDatabaseID(idOrName); ok {
		return c.Get(ctx, id)
	}
	return c.one(ctx, `name = ?`, idOrName)
}

func (c *Catalog) one(ctx context.Context, where, value string) (d1.Database, error) {
	var rows []record
	err := c.read.rows(ctx, &rows,
		`SELECT id, name, created_at FROM databases WHERE state = 'live' AND `+where, value)
	if err != nil {
		return d1.Database{}, fmt.Errorf("find database: %w", err)
	}
	if len(rows) == 0 {
		return d1.Database{}, NotFound(value)
	}
	return rows[0].database(), nil
}

// NotFound is the error for a database that does not exist, or no longer.
func NotFound(idOrName string) *d1.Error {
	if _, ok := d1.ParseDatabaseID(idOrName); ok {
		return d1.Errorf(d1.KindNotFound, d1.CodeNotFound, "no database with the id %s", idOrName)
	}
	return d1.Errorf(d1.KindNotFound, d1.CodeNotFound, "no database named %q", idOrName)
}

// List gives a page of databases, the newest first. It fails with KindInvalid for a page
// that cannot be.
func (c *Catalog) List(ctx context.Context, req d1.ListRequest) (d1.ListResponse, error) {
	page, size := req.Page, req.PerPage
	if page == 0 {
		page = 1
	}
	if size == 0 {
		size = 1000
	}
	if page < 1 || page > 1<<40 || size < 1 || size > 10_000 {
		return d1.ListResponse{}, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest,
			"pages count from 1 and hold 1 to 10000 databases, not page %d of %d", req.Page, req.PerPage)
	}
	from := (page - 1) * size
	rowsOf := statement(`SELECT id, name, created_at FROM databases WHERE state = 'live'
		ORDER BY seq DESC LIMIT ? OFFSET ?`, size, from)
	// Both counts are answered by an index; a count of the live ones alone would read every row.
	countOf := statement(`SELECT (SELECT count(*) FROM databases) -
		(SELECT count(*) FROM databases WHERE state <> 'live') AS total`)
	if req.Name != "" {
		part := strings.ToLower(req.Name)
		rowsOf = statement(`SELECT id, name, created_at FROM databases
			WHERE state = 'live' AND instr(lower(name), ?) > 0 ORDER BY seq DESC LIMIT ? OFFSET ?`, part, size, from)
		countOf = statement(`SELECT count(*) AS total FROM databases
			WHERE state = 'live' AND instr(lower(name), ?) > 0`, part)
	}
	res, err := c.read.run(ctx, rowsOf, countOf)
	if err != nil {
		return d1.ListResponse{}, fmt.Errorf("list databases: %w", err)
	}
	var rows []record
	var total []struct{ Total int }
	if err := errors.Join(decode(res[0], &rows), decode(res[1], &total)); err != nil {
		return d1.ListResponse{}, err
	}
	out := d1.ListResponse{Databases: make([]d1.Database, len(rows)), Total: total[0].Total}
	for i, r := range rows {
		out.Databases[i] = r.database()
	}
	return out, nil
}

// Delete removes a database for ever. It fails with KindNotFound. No connection
// to its file may be open. Once the deletion is recorded it is a success: what of the folder
// cannot be removed now is removed at the next start.
func (c *Catalog) Delete(ctx context.Context, id d1.DatabaseID) error {
	var rows []record
	err := c.write.rows(ctx, &rows, `UPDATE databases SET state = 'deleting', name = NULL
		WHERE id = ? AND state = 'live' RETURNING id`, id)
	if err != nil {
		return fmt.Errorf("record deletion: %w", err)
	}
	if len(rows) == 0 {
		return NotFound(string(id))
	}
	ctx = context.WithoutCancel(ctx)
	if err := c.remove(ctx, id); err != nil {
		c.log.LogAttrs(ctx, slog.LevelWarn, "a deletion is finished at the next start",
			slog.String("database", string(id)), slog.Any("error", err))
	}
	return nil
}

// remove takes away the folder and then the row of a database that is not live.
// Doing it twice does no harm.
func (c *Catalog) remove(ctx context.Context, id d1.DatabaseID) error {
	if err := durable.RemoveAll(c.path(id)); err != nil {
		return storage("remove database folder", err)
	}
	if _, err := c.write.run(ctx, statement(`DELETE FROM databases WHERE id = ? AND state <> 'live'`, id)); err != nil {
		return fmt.Errorf("forget database: %w", err)
	}
	return nil
}

// mend carries out what a crash left: see the states. One that cannot be mended
// now is left for the next start and keeps nobody from working.
func (c *Catalog) mend(ctx context.Context) error {
	var rows []struct{ ID, State string }
	if err := c.read.rows(ctx, &rows, `SELECT id, state FROM databases WHERE state <> 'live'`); err != nil {
		return fmt.Errorf("find unfinished work: %w", err)
	}
	for _, r := range rows {
		database, state := slog.String("database", r.ID), slog.String("state", r.State)
		if err := c.remove(ctx, d1.DatabaseID(r.ID)); err != nil {
			c.log.LogAttrs(ctx, slog.LevelWarn, "unfinished work is tried again at the next start",
				database, state, slog.Any("error", err))
			continue
		}
		c.log.LogAttrs(ctx, slog.LevelInfo, "unfinished work was cleared away", database, state)
	}
	return nil
}
