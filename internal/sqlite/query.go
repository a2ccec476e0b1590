package sqlite

/*
#include <stdlib.h>
#include "sqlite.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/dione-db/dione/d1"
)

const (
	// A result up to this size is written into memory of the connection, and copied once.
	smallResult = 1 << 10
)

// Query runs the statements of one request in one transaction of its own, and
// commits it durably when it wrote. Texts without SQL give no result. The first
// error rolls back everything and is returned alone, a *d1.Error. Of the meta it leaves ServedBy,
// ServedByPrimary and TotalAttempts to others; a reader leaves LastRowID too.
func (c *Conn) Query(ctx context.Context, stmts []d1.Statement, f d1.Format) ([]d1.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, d1.Errorf(d1.KindUnavailable, d1.CodeCanceled, "the client went away").Because(err)
	}
	c.watch(ctx)
	defer c.unwatch()
	if len(stmts) == 1 {
		if s := c.cache.get(stmts[0].SQL); s != nil {
			return c.queryCached(s, &stmts[0].Params, f)
		}
	}
	return c.queryAll(stmts, f)
}

// queryCached runs one statement that is prepared already: one C call with its transaction around it.
func (c *Conn) queryCached(s *stmt, params *d1.Params, f d1.Format) ([]d1.Result, error) {
	flags := C.int(C.DN_BEGIN | C.DN_COMMIT)
	if c.reader {
		if s.s.on_writer != 0 {
			return nil, ErrNeedsWriter
		}
		flags = C.DN_SNAPSHOT
	}
	if params.Len() != int(s.s.nparam) {
		return nil, d1.Errorf(d1.KindSQL, d1.CodeSQL, "%s", d1.TextParamCount)
	}
	answer := c.smallAnswer()
	if err := c.run(s, params, f, flags, &answer.results[0]); err != nil {
		return nil, err
	}
	answer.lend()
	return answer.results[:], nil
}

// queryAll runs any request, with a transaction around it.
func (c *Conn) queryAll(stmts []d1.Statement, f d1.Format) (results []d1.Result, err error) {
	if err := c.begin(); err != nil {
		return nil, err
	}
	results = make([]d1.Result, 0, len(stmts))
	for i := range stmts {
		var res d1.Result
		ran, err := c.runText(&stmts[i], f, &res)
		if err != nil {
			C.dn_rollback(c.c)
			if e, ok := errors.AsType[*d1.Error](err); ok && len(stmts) > 1 {
				e.Statement = i + 1
			}
			return nil, err
		}
		if ran {
			results = append(results, res)
		}
	}
	if err := c.commit(); err != nil {
		return nil, err
	}
	return results, nil
}

func (c *Conn) begin() error {
	if rc := C.dn_begin(c.c); rc != 0 {
		return c.failure(rc)
	}
	return nil
}

func (c *Conn) commit() error {
	if rc := C.dn_commit(c.c); rc != 0 {
		return c.failure(rc)
	}
	return nil
}

// runText runs one text, which may hold several statements, inside the
// request's transaction. It reports false for a text without any.
func (c *Conn) runText(st *d1.Statement, f d1.Format, res *d1.Result) (bool, error) {
	C.dn_mark(c.c)
	if s := c.cache.get(st.SQL); s != nil {
		return true, c.runLast(s, &st.Params, f, res)
	}
	rest := Trim(st.SQL)
	if rest == "" {
		return false, nil
	}
	single := true
	for {
		s, used, err := c.prepare(rest)
		if err != nil {
			return false, err
		}
		if s == nil { // an empty statement that is not the end, or a zero byte
			return false, d1.Errorf(d1.KindSQL, d1.CodeSQL, "%s", d1.TextNoStatement)
		}
		next := trimFront(rest[used:])
		if next == "" {
			return true, c.runOnly(s, st, single, f, res)
		}
		single, rest = false, next
		err = c.runDiscard(s)
		C.dn_finalize(s.s)
		if err != nil {
			return false, err
		}
	}
}

// prepare prepares the first statement of sql; it is nil where there is none.
func (c *Conn) prepare(sql string) (s *stmt, used int, err error) {
	var (
		out *C.dn_stmt
		n   C.int
	)
	if rc := C.dn_prepare(c.c, (*C.char)(unsafe.Pointer(unsafe.StringData(sql))), C.int(len(sql)), &out, &n); rc != 0 {
		if c.reader && c.c.on_writer != 0 {
			return nil, 0, ErrNeedsWriter
		}
		return nil, 0, c.failure(rc)
	}
	if out == nil {
		return nil, int(n), nil
	}
	if c.reader && out.on_writer != 0 {
		C.dn_finalize(out)
		return nil, 0, ErrNeedsWriter
	}
	s = &stmt{s: out}
	return s, int(n), nil
}

// runDiscard runs a statement that is not the last of its text.
func (c *Conn) runDiscard(s *stmt) error {
	if s.s.nparam > 0 {
		return d1.Errorf(d1.KindSQL, d1.CodeSQL, "%s", d1.TextMultiParams)
	}
	if rc := C.dn_step_once(s.s); rc != 0 {
		return c.failure(rc)
	}
	return nil
}

// runOnly runs the last statement of its text, and keeps it when it is the only one.
func (c *Conn) runOnly(s *stmt, st *d1.Statement, single bool, f d1.Format, res *d1.Result) error {
	if single && s.s.cacheable != 0 && len(st.SQL) <= cachedTextBytes {
		c.cache.put(st.SQL, s)
		return c.runLast(s, &st.Params, f, res)
	}
	defer C.dn_finalize(s.s)
	return c.runLast(s, &st.Params, f, res)
}

func (c *Conn) runLast(s *stmt, params *d1.Params, f d1.Format, res *d1.Result) error {
	if c.reader && s.s.on_writer != 0 {
		return ErrNeedsWriter
	}
	if params.Len() != int(s.s.nparam) {
		return d1.Errorf(d1.KindSQL, d1.CodeSQL, "%s", d1.TextParamCount)
	}
	return c.run(s, params, f, 0, res)
}

// run runs a statement and fetches all its rows, into the memory that res.Rows.JSON has where they fit.
func (c *Conn) run(s *stmt, params *d1.Params, f d1.Format, flags C.int, res *d1.Result) error {
	if f == d1.FormatObjects {
		flags |= C.DN_OBJECTS
	}
	args := params.Block()
	argp := (*C.uchar)(unsafe.SliceData(args))
	var (
		large []byte // takes over where c.small is too small
		n     int
	)
	buf := c.small[:]
	if s.size >= smallResult {
		large = c.guess(s.size)
		buf = large
	}
	if s.s.ncol > 0 {
		buf[0], n = '[', 1
	}
	at := C.uintptr_t(uintptr(unsafe.Pointer(s.s)))
	for {
		free := buf[n : len(buf)-1] // but for the bracket
		C.dn_run_at(at, argp, C.size_t(len(args)), (*C.char)(unsafe.Pointer(unsafe.SliceData(free))), C.size_t(len(free)), flags)
		n += int(s.s.n)
		if s.s.more == 0 {
			break
		}
		grown, err := c.grow(buf, n, int(s.s.need))
		if err != nil {
			C.dn_abort(s.s, flags)
			return err
		}
		large, buf = grown, grown
	}
	if s.s.rc != 0 {
		err := c.failure(s.s.rc)
		if s.s.args_cap > cachedTextBytes {
			c.forget(s)
		}
		return err
	}
	if n > 0 {
		buf[n] = ']'
		s.size = n + 1
		if large == nil {
			res.Rows.JSON = append(res.Rows.JSON, buf[:s.size]...)
		} else {
			handOver(&res.Rows, large, s.size)
		}
	}
	c.report(s, res)
	if s.s.args_cap > 4*cachedTextBytes {
		c.forget(s)
	}
	return nil
}

// forget drops a kept statement whose copy of its arguments grew large.
func (c *Conn) forget(s *stmt) {
	if s.elem != nil {
		c.cache.drop(s)
	}
}

// report fills in what the run told.
func (c *Conn) report(s *stmt, res *d1.Result) {
	s.describe()
	res.Rows.Columns, res.Rows.ColumnsJSON, res.Rows.Count = s.columns, s.json, int64(s.s.total_rows)
	m := &res.Meta
	m.SQLDuration = time.Duration(s.s.ns)
	m.RowsRead, m.RowsWritten = int64(s.s.rows_read), int64(s.s.rows_written)
	m.SizeAfter = int64(c.c.size)
	if !c.reader {
		c.reportChanges(m)
	}
}

// reportChanges fills in what changed between the marks of the writing connection.
func (c *Conn) reportChanges(m *d1.Meta) {
	m.Changes, m.LastRowID = int64(c.c.changes), int64(c.c.rowid)
	m.ChangedDB = m.Changes != 0 || c.c.rowid != c.c.rowid0 || c.c.size != c.c.size0
}

// Exec runs the server's own SQL, which gives no rows, outside any request;
// for trusted connections.
func (c *Conn) Exec(sql string) error {
	p := C.CString(sql)
	defer C.free(unsafe.Pointer(p))
	if rc := C.dn_exec(c.c, p); rc != 0 {
		return fmt.Errorf("run statement: %w", c.failure(rc))
	}
	return nil
}
