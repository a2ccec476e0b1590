// Package sqlite is the only package that touches SQLite: it compiles the
// amalgamation, opens files, decides which statements D1 allows, and runs them.
// A statement's whole result takes one C call, or one for each buffer it fills.
//
// The C side is one translation unit, sqlite.c; sqlite.h is what both sides
// share. The amalgamation itself, sqlite3_gen.h, is made by "make".
package sqlite

/*
#cgo CFLAGS: -O2 -std=gnu11 -w
#cgo LDFLAGS: -lm -lpthread
#cgo noescape dn_run_at
#cgo nocallback dn_run_at
#cgo noescape dn_prepare
#cgo nocallback dn_prepare
#cgo nocallback dn_step_once
#cgo nocallback dn_begin
#cgo nocallback dn_commit
#cgo nocallback dn_rollback
#include <stdlib.h>
#include "sqlite.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/dione-db/dione/d1"
)

// ErrNeedsWriter says that a request cannot run on a read-only connection:
// nothing of it ran; give it to the writer.
var ErrNeedsWriter = errors.New("request needs the writing connection")

// Result codes of SQLite, https://www.sqlite.org/rescode.html.
const (
	codeBusy        = 5
	codeReadOnly    = 8
	codeInterrupt   = 9
	codeIOErr       = 10
	codeCorrupt     = 11
	codeFull        = 13
	codeCantOpen    = 14
	codeAuth        = 23
	codeNotADB      = 26
	codeCorruptVtab = 11 | 1<<8
)

const (
	cachedStatements = 64
	// A statement whose text is longer than this is not kept: 64 of them would
	// weigh more than preparing them again.
	cachedTextBytes = 16 << 10
)

// Options says how to open a database.
type Options struct {
	// Limits holds for statements of users. QueryTime bounds the run time of one
	// request, from the start of its transaction.
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
type Conn struct {
	c       *C.dn_conn
	limits  d1.Limits
	reader  bool
	cache   stmtCache
	watcher watcher
	small   [smallResult]byte // where results are written first
	spare   atomic.Pointer[smallAnswer]
}

// setup makes SQLite ready and registers the VFS, once.
//
//nolint:gochecknoglobals // SQLite's own state is global to the process, and is set up once
var setup = sync.OnceValue(func() C.int { return C.dn_setup() })

// Version is SQLite's version, such as "3.54.1".
func Version() string { return C.GoString(C.dn_version()) }

// Open opens the file at path in WAL mode, with every commit synced before it
// returns. All connections of this process to one file share two descriptors and
// a WAL index in memory; other processes are kept out by a lock on the file. It
// fails with KindDamaged when the file is no database, with KindUnavailable
// when another process has it open, and with KindInternal where the file
// cannot be opened at all.
func Open(path string, o Options) (*Conn, error) {
	if rc := setup(); rc != 0 {
		return nil, fmt.Errorf("set up sqlite: code %d", rc)
	}
	flags := C.int(0)
	if o.ReadOnly {
		flags |= C.DN_READER
	}
	if o.Trusted {
		flags |= C.DN_TRUSTED
		o.Limits = d1.Limits{}
	}
	if o.Create {
		flags |= C.DN_MAKE
	}
	limits := cLimits(&o.Limits)
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	c := &Conn{limits: o.Limits, reader: o.ReadOnly}
	c.cache.init(o.CachedStatements)
	if rc := C.dn_open(cpath, flags, &limits, &c.c); rc != 0 {
		if c.c == nil {
			return nil, errors.New("open database: out of memory")
		}
		err := c.failure(rc)
		C.dn_close(c.c)
		return nil, err
	}
	c.c.budget = C.int64_t(o.Limits.QueryTime)
	return c, nil
}

func cLimits(l *d1.Limits) C.dn_limits {
	return C.dn_limits{
		sql: C.int(l.SQLBytes), params: C.int(l.Parameters), columns: C.int(l.Columns), value: C.int(l.ValueBytes),
		depth: C.int(l.ExprDepth), compound: C.int(l.CompoundTerms), ops: C.int(l.VdbeOps), args: C.int(l.FunctionArgs),
		pattern: C.int(l.PatternBytes), triggers: C.int(l.TriggerDepth), file: C.int64_t(l.DatabaseBytes),
	}
}

// Close closes the connection. The last one of a file checkpoints its WAL.
func (c *Conn) Close() error {
	if c.c == nil {
		return nil
	}
	c.cache.clear()
	rc := C.dn_close(c.c)
	c.c = nil
	if rc != 0 {
		return fmt.Errorf("close database: code %d", rc)
	}
	return nil
}

// LastRowID is SQLite's last_insert_rowid of this connection.
func (c *Conn) LastRowID() int64 { return int64(C.dn_rowid(c.c)) }

// SetLastRowID carries the value of an earlier connection over to this one.
func (c *Conn) SetLastRowID(id int64) { C.dn_set_rowid(c.c, C.int64_t(id)) }

// Pinned says that a pragma changed how this connection reads (such as
// case_sensitive_like), so that reads must run here too until it closes.
func (c *Conn) Pinned() bool { return c.c.pinned != 0 }

// WALFrames is the number of frames in the WAL that no checkpoint has copied
// yet, as of this connection's last commit or checkpoint; total is all of them.
func (c *Conn) WALFrames() (pending, total int) {
	return int(c.c.wal_frames - c.c.wal_copied), int(c.c.wal_frames)
}

// Checkpoint copies the WAL into the file as far as readers allow, without
// waiting for any. With restart it also has the next writer start the WAL from
// its beginning, where no reader is in the way.
func (c *Conn) Checkpoint(restart bool) error {
	mode := C.int(0)
	if restart {
		mode = 1
	}
	if rc := C.dn_checkpoint(c.c, mode); rc != 0 {
		return c.failure(rc)
	}
	return nil
}

// Shrink gives back the memory that an idle connection does not need: cached
// statements and pages.
func (c *Conn) Shrink() {
	c.cache.clear()
	c.spare.Store(nil)
	C.dn_shrink(c.c)
}

// failure makes the error of the C call that just failed on this connection.
func (c *Conn) failure(rc C.int) error {
	p := &c.c.err[0]
	if c.c.err_long != nil {
		p = c.c.err_long
	}
	text := C.GoStringN(p, c.c.err_len)
	if c.c.denied_txn != 0 && rc == codeAuth {
		c.c.denied_txn = 0
		return d1.Errorf(d1.KindSQL, d1.CodeSQL, "%s", d1.TextTransaction)
	}
	switch rc {
	case codeInterrupt:
		if c.c.stopped == C.DN_DEADLINE {
			return d1.Errorf(d1.KindSQL, d1.CodeTimeout, "%s", d1.TextTimeout)
		}
		return d1.Errorf(d1.KindUnavailable, d1.CodeCanceled, "the client went away").Because(errors.New(text))
	case codeCorrupt, codeNotADB:
		if c.c.extended == codeCorruptVtab { // a statement's fault more often than the file's
			break
		}
		return d1.Errorf(d1.KindDamaged, d1.CodeDamaged, "%s", text)
	case codeFull:
		if c.c.size_full != 0 {
			return d1.Errorf(d1.KindSQL, d1.CodeTooLarge, "%s", d1.TextMaxSize).Because(errors.New(text))
		}
		return d1.Errorf(d1.KindSQL, d1.CodeStorage, "%s", text)
	case codeIOErr, codeReadOnly, codeCantOpen:
		return d1.Errorf(d1.KindSQL, d1.CodeStorage, "%s", text)
	case codeBusy:
		return d1.Errorf(d1.KindUnavailable, d1.CodeOverloaded, "another process has this database open").Because(errors.New(text))
	}
	return d1.Errorf(d1.KindSQL, d1.CodeSQL, "%s", text)
}
