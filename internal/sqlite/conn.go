// Package sqlite is the only package that touches SQLite: it compiles the
// amalgamation, opens files, decides which statements D1 allows, and runs them.
package sqlite

import (
	"context"
	"errors"

	"github.com/dione-db/dione/d1"
)

// ErrNeedsWriter says that a request cannot run on a read-only connection:
// nothing of it ran; give it to the writer.
var ErrNeedsWriter = errors.New("request needs the writing connection")

// Options says how to open a database.
type Options struct {
	// Limits holds for statements of users. QueryTime is not looked at: the
	// context of a call carries the deadline.
	Limits d1.Limits
	// ReadOnly makes a reader: it runs requests of pure reads on a snapshot and
	// answers ErrNeedsWriter to all others.
	ReadOnly bool
	// Trusted lifts the policy and the limits; for the server's own databases.
	Trusted bool
	// Create makes the file when it is missing; otherwise that is an error.
	Create bool
	// CachedStatements bounds the cache of prepared statements; 0 means 64.
	CachedStatements int
}

// Conn is one connection to one database file. One goroutine at a time.
type Conn struct{}

// Open opens the file at path in WAL mode. All connections of this process to one file share
// two descriptors and a WAL index in memory; other processes are kept out by a lock on the file. It fails with
// KindDamaged when the file is no database, KindUnavailable when another
// process has it open.
func Open(path string, o Options) (*Conn, error) { panic("not yet") }

// Close closes the connection. The last one of a file checkpoints its WAL.
func (c *Conn) Close() error { panic("not yet") }

// Query runs the statements of one request in one transaction of its own, and
// commits it durably when it wrote. Texts without SQL give no result. The first error rolls back
// everything and is returned alone, as a *d1.Error. Meta has all but ServedBy, ServedByPrimary and TotalAttempts.
func (c *Conn) Query(ctx context.Context, stmts []d1.Statement, f d1.Format) ([]d1.Result, error) {
	panic("not yet")
}

// Import runs a whole file in one transaction and returns how many statements ran and the summed meta.
func (c *Conn) Import(ctx context.Context, sql []byte) (int64, d1.Meta, error) { panic("not yet") }

// LastRowID is SQLite's last_insert_rowid of this connection; SetLastRowID carries it over from an earlier one.
func (c *Conn) LastRowID() int64      { panic("not yet") }
func (c *Conn) SetLastRowID(id int64) { panic("not yet") }

// Pinned says that a pragma changed how this connection reads (such as
// case_sensitive_like), so that reads must run here too until it closes.
func (c *Conn) Pinned() bool { panic("not yet") }

// WALFrames is the number of frames in the WAL that no checkpoint has copied yet.
func (c *Conn) WALFrames() int { panic("not yet") }

// Checkpoint copies the WAL into the file as far as readers allow. With
// restart it also waits for nothing but makes the next writer start the WAL from its beginning
// where no reader is in the way.
func (c *Conn) Checkpoint(restart bool) error { panic("not yet") }

// Shrink gives back the memory that an idle connection does not need: cached statements and pages.
func (c *Conn) Shrink() { panic("not yet") }
