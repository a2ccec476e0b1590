package catalog

import (
	"context"
	"fmt"

	"github.com/dione-db/dione/d1"
)

// schemaVersion is what this program writes. A catalog with a greater one is left alone.
const schemaVersion = 1

// The states of a row. The row comes before the folder and goes after it, so
// no folder is ever without a row:
//
//	creating   the folder may be missing or incomplete; nobody was told of it
//	live       the file is there
//	deleting   the folder may be there in part; the database is gone for everybody
//
// name is NULL from the moment of deletion, so that it is free at once.
const (
	stateCreating = "creating"
	stateLive     = "live"
	stateDeleting = "deleting"
)

// migrate makes the tables of a new catalog and refuses one of a later program.
func (c *Catalog) migrate(ctx context.Context) error {
	_, err := c.write.run(ctx,
		statement(`CREATE TABLE IF NOT EXISTS node (
			one INTEGER PRIMARY KEY CHECK (one = 1),
			schema INTEGER NOT NULL,
			boot INTEGER NOT NULL
		) STRICT`),
		statement(`INSERT OR IGNORE INTO node (one, schema, boot) VALUES (1, ?, 0)`, schemaVersion))
	if err != nil {
		return fmt.Errorf("make catalog: %w", err)
	}
	var rows []struct{ Schema int }
	if err := c.write.rows(ctx, &rows, `SELECT schema FROM node`); err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if len(rows) != 1 || rows[0].Schema > schemaVersion {
		return d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest,
			"the data folder was written by a later version of this program; use that one")
	}
	// seq gives the order of creation; the clock may stand still or go back.
	_, err = c.write.run(ctx,
		statement(`CREATE TABLE IF NOT EXISTS databases (
			seq INTEGER PRIMARY KEY AUTOINCREMENT,
			id TEXT NOT NULL UNIQUE,
			name TEXT UNIQUE,
			created_at INTEGER NOT NULL,
			state TEXT NOT NULL CHECK (state IN ('creating', 'live', 'deleting'))
		) STRICT`),
		statement(`CREATE INDEX IF NOT EXISTS unfinished ON databases (state) WHERE state <> 'live'`))
	if err != nil {
		return fmt.Errorf("make catalog: %w", err)
	}
	return nil
}
