package sqlite

/*
#include "sqlite.h"
*/
import "C"

import (
	"container/list"
	"unsafe"
)

// stmt is a prepared statement and what Go remembers of it.
type stmt struct {
	s       *C.dn_stmt
	text    string // key in the cache; "" while it is not kept
	gen     C.int  // of the columns below
	columns []string
	json    []byte // columns as JSON
	size    int    // bytes of the last result, the first guess for the next
	elem    *list.Element
}

// describe brings the columns up to date with those of the C side, which
// change when SQLite prepares a statement again after a change of the schema.
func (s *stmt) describe() {
	if s.gen == s.s.gen {
		return
	}
	n := int(s.s.ncol)
	s.columns = make([]string, n)
	for i := range n {
		s.columns[i] = C.GoString(C.dn_column(s.s, C.int(i)))
	}
	s.json = C.GoBytes(unsafe.Pointer(s.s.cols), s.s.cols_len)
	s.gen = s.s.gen
}

// stmtCache keeps prepared statements by their text, the least recently used
// leave first. Its statements are not in use between two calls.
type stmtCache struct {
	max   int
	stmts map[string]*stmt
	order *list.List // front is the newest
}

func (c *stmtCache) init(bound int) {
	if bound == 0 {
		bound = cachedStatements
	}
	c.max, c.stmts, c.order = bound, make(map[string]*stmt), list.New()
}

func (c *stmtCache) get(text string) *stmt {
	s := c.stmts[text]
	if s != nil && s.elem != c.order.Front() {
		c.order.MoveToFront(s.elem)
	}
	return s
}

func (c *stmtCache) put(text string, s *stmt) {
	if c.order.Len() >= c.max {
		if last, ok := c.order.Back().Value.(*stmt); ok {
			c.drop(last)
		}
	}
	s.text, s.elem = text, c.order.PushFront(s)
	c.stmts[text] = s
}

func (c *stmtCache) drop(s *stmt) {
	if s.elem != nil {
		c.order.Remove(s.elem)
		delete(c.stmts, s.text)
		s.elem = nil
	}
	C.dn_finalize(s.s)
}

func (c *stmtCache) clear() {
	for _, s := range c.stmts {
		C.dn_finalize(s.s)
	}
	clear(c.stmts)
	c.order.Init()
}
