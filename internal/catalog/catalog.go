// Package catalog knows which databases there are: their ids, names and
// folders, and how often the node was started. It is itself a SQLite database,
// beside the folders it describes. It never looks into a user's database.
package catalog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"syscall"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/durable"
	"github.com/dione-db/dione/internal/sqlite"
)

// Names inside the data folder.
const (
	fileName     = "catalog.sqlite"
	foldersName  = "databases"
	databaseName = "db.sqlite"
)

// Catalog is an open catalog. All methods may be called by any number of
// goroutines at once. Two catalogs of one folder must not be open at once:
// whoever opens one holds the folder's lock.
type Catalog struct {
	folder string
	log    *slog.Logger
	boot   uint32
	write  *store
	read   *store
}

// Open opens the catalog of a data folder, which is made when it is missing. It
// counts this start durably, and carries out what a crash left half done:
// creations that nobody was told of are undone, deletions are finished.
func Open(ctx context.Context, folder string, log *slog.Logger) (*Catalog, error) {
	if err := durable.MkdirAll(filepath.Join(folder, foldersName), 0o700); err != nil {
		return nil, storage("make data folder", err)
	}
	write, err := openStore(filepath.Join(folder, fileName), sqlite.Options{Trusted: true, Create: true})
	if err != nil {
		return nil, err
	}
	c := &Catalog{folder: folder, log: log, write: write}
	if err := c.prepare(ctx); err != nil {
		_ = c.Close() // nothing was written that anyone relies on
		return nil, err
	}
	return c, nil
}

// prepare does the rest of Open, once the file is open.
func (c *Catalog) prepare(ctx context.Context) error {
	if err := c.migrate(ctx); err != nil {
		return err
	}
	if err := durable.SyncDir(c.folder); err != nil { // the file itself may be new
		return storage("open catalog", err)
	}
	read, err := openStore(filepath.Join(c.folder, fileName), sqlite.Options{Trusted: true, ReadOnly: true})
	if err != nil {
		return err
	}
	c.read = read
	if c.boot, err = c.NextBoot(ctx); err != nil {
		return err
	}
	return c.mend(ctx)
}

// Close closes the catalog. Nothing may use it afterwards.
func (c *Catalog) Close() error {
	var errs []error
	for _, s := range []*store{c.read, c.write} {
		if s != nil {
			errs = append(errs, s.close())
		}
	}
	return errors.Join(errs...)
}

// Boot is the number of this start of the node. It is greater than that of
// every earlier start of this folder, however that ended.
func (c *Catalog) Boot() uint32 { return c.boot }

// NextBoot gives a number above all earlier ones and makes it durable first. It is for the
// database whose commits of one boot can no longer be counted.
func (c *Catalog) NextBoot(ctx context.Context) (uint32, error) {
	var rows []struct{ Boot uint32 }
	if err := c.write.rows(ctx, &rows, `UPDATE node SET boot = boot + 1 RETURNING boot`); err != nil {
		return 0, fmt.Errorf("count boot: %w", err)
	}
	if len(rows) != 1 {
		return 0, fmt.Errorf("count boot: %d rows, want 1", len(rows))
	}
	return rows[0].Boot, nil
}

// Path is where the file of a database is. The id must come from this catalog.
func (c *Catalog) Path(id d1.DatabaseID) string {
	return filepath.Join(c.path(id), databaseName)
}

// path is the folder of a database.
func (c *Catalog) path(id d1.DatabaseID) string {
	return filepath.Join(c.folder, foldersName, string(id))
}

// storage makes an error of the file system one that the caller can act on.
func storage(step string, err error) error {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, e) {
			return d1.Errorf(d1.KindUnavailable, d1.CodeStorage, "the disk of the data folder is full; free some space").
				Because(fmt.Errorf("%s: %w", step, err))
		}
	}
	for _, e := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
		if errors.Is(err, e) {
			return d1.Errorf(d1.KindUnavailable, d1.CodeStorage, "the data folder cannot be written; check its permissions").
				Because(fmt.Errorf("%s: %w", step, err))
		}
	}
	return fmt.Errorf("%s: %w", step, err)
}
