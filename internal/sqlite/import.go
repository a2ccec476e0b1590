package sqlite

/*
#include <stdlib.h>
#include "sqlite.h"
*/
import "C"

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"time"
	"unsafe"

	"github.com/dione-db/dione/d1"
)

// importLimit bounds the length of one statement where the connection has no limit.
const importLimit = 1 << 20

// foreignKeysOff matches what dumps start with to load tables in any order.
var foreignKeysOff = regexp.MustCompile(`(?i)^PRAGMA\s+foreign_keys\s*(=\s*|\(\s*)(off|0|false|no)\s*\)?$`)

// Import runs a whole file of SQL in one transaction and tells how many
// statements ran and what they did in sum. Statements are told apart by SQLite's
// own tokenizer. An error names the statement (from 1) and the line it starts on,
// and nothing of the file stays.
//
// "PRAGMA foreign_keys=off" before any other statement holds for this import,
// though SQLite ignores it inside a transaction: dumps rely on it.
func (c *Conn) Import(ctx context.Context, sql []byte) (int64, d1.Meta, error) {
	if at := bytes.IndexByte(sql, 0); at >= 0 { // SQLite would take it for the end
		e := d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, "the file has a zero byte, at offset %d; is it a file of SQL?", at)
		e.Line = 1 + bytes.Count(sql[:at], []byte{'\n'})
		return 0, d1.Meta{}, e
	}
	c.watch(ctx)
	defer c.unwatch()
	imp := importer{c: c, rest: append(bytes.Clone(sql), 0), line: 1, limit: importLimit}
	if c.limits.SQLBytes > 0 {
		imp.limit = c.limits.SQLBytes
	}
	imp.scratch = C.malloc(C.size_t(imp.limit + 2))
	defer C.free(imp.scratch)
	first, off, err := imp.preamble()
	if err != nil {
		return 0, d1.Meta{}, err
	}
	if off {
		C.dn_foreign_keys(c.c, 0)
		defer C.dn_foreign_keys(c.c, 1)
	}
	if err := c.begin(); err != nil {
		return 0, d1.Meta{}, err
	}
	c.c.deadline = 0 // a file may take longer than a request
	if err := imp.runAll(first); err != nil {
		C.dn_rollback(c.c)
		return 0, d1.Meta{}, err
	}
	C.dn_measure(c.c)
	m := &imp.meta
	m.SizeAfter = int64(c.c.size)
	c.reportChanges(m)
	if err := c.commit(); err != nil {
		return 0, d1.Meta{}, err
	}
	return imp.count, *m, nil
}

// importer walks through one file.
type importer struct {
	c       *Conn
	rest    []byte // what is left, with a zero byte behind it
	line    int    // where rest starts
	number  int    // statements seen
	limit   int
	scratch unsafe.Pointer
	count   int64
	meta    d1.Meta
}

// piece is one statement and the line of its first token.
type piece struct {
	text string
	line int
}

// preamble gives the first statement to run, after a pragma that switches
// foreign keys off, if there is one.
func (i *importer) preamble() (first piece, off bool, err error) {
	for {
		p, err := i.next()
		if err != nil || p.text == "" {
			return p, off, err
		}
		if !foreignKeysOff.MatchString(p.text) {
			return p, off, nil
		}
		off = true
		i.count++
	}
}

// next cuts off the next statement; the text is empty at the end of the file.
func (i *importer) next() (piece, error) {
	for len(i.rest) > 1 {
		n := int(C.dn_next_statement((*C.char)(unsafe.Pointer(unsafe.SliceData(i.rest))), C.int64_t(len(i.rest)-1),
			C.int64_t(i.limit), (*C.char)(i.scratch)))
		if n < 0 {
			line := i.line + bytes.Count(leading(i.rest), []byte{'\n'})
			e := d1.Errorf(d1.KindSQL, d1.CodeSQL, "statement too long: SQLITE_TOOBIG")
			e.Statement, e.Line = i.number+1, line
			return piece{}, e
		}
		raw := i.rest[:n]
		front := leading(raw)
		p := piece{text: Trim(string(raw[len(front):])), line: i.line + bytes.Count(front, []byte{'\n'})}
		i.line += bytes.Count(raw, []byte{'\n'})
		i.rest = i.rest[n:]
		if p.text != "" {
			i.number++
			return p, nil
		}
	}
	return piece{}, nil
}

// leading is the white space and the comments before the first token of b.
func leading(b []byte) []byte {
	s := string(b[:min(len(b), 1<<16)])
	for i := 0; i < len(s); {
		next, token := skip(s, i)
		if token {
			return b[:i]
		}
		i = next
	}
	return nil
}

func (i *importer) runAll(p piece) error {
	start := time.Now()
	for p.text != "" {
		if err := i.run(p); err != nil {
			if e, ok := errors.AsType[*d1.Error](err); ok {
				e.Statement, e.Line = i.number, p.line
			}
			return err
		}
		i.count++
		next, err := i.next()
		if err != nil {
			return err
		}
		p = next
	}
	i.meta.SQLDuration = time.Since(start)
	return nil
}

// run runs one statement to its end and drops its rows.
func (i *importer) run(p piece) error {
	s, _, err := i.c.prepare(p.text)
	if err != nil || s == nil {
		return err
	}
	defer C.dn_finalize(s.s)
	if s.s.nparam > 0 {
		return d1.Errorf(d1.KindSQL, d1.CodeSQL, "%s", d1.TextParamCount)
	}
	if rc := C.dn_drain(s.s); rc != 0 {
		return i.c.failure(rc)
	}
	i.meta.RowsRead += int64(s.s.rows_read)
	i.meta.RowsWritten += int64(s.s.rows_written)
	return nil
}
