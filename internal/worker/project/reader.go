package project

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// reader collects what is wrong while the values of one file are taken out.
type reader struct {
	src      *source
	errors   []Problem
	warnings []Warning
}

func (r *reader) errorf(offset int, format string, args ...any) {
	r.errors = append(r.errors, r.src.problem(offset, fmt.Sprintf(format, args...)))
}

func (r *reader) warnf(offset int, format string, args ...any) {
	r.warnings = append(r.warnings, r.src.problem(offset, fmt.Sprintf(format, args...)))
}

// table is a table of the file whose values are taken out by name and type: a
// value of another type is reported and counts as missing. path is how messages
// name it, "" at the top level. A nil node is a table without fields.
type table struct {
	r    *reader
	path string
	node *node
}

// name gives how messages name a key.
func (t table) name(key string) string {
	if t.path == "" {
		return key
	}
	return t.path + "." + key
}

// offset is where the table begins.
func (t table) offset() int {
	if t.node == nil {
		return -1
	}
	return t.node.offset
}

// has says whether the key is there at all.
func (t table) has(key string) bool { return t.node.field(key) != nil }

// get gives the value of key where it is of the kind wanted.
func (t table) get(key string, want kind) (*node, bool) {
	f := t.node.field(key)
	if f == nil {
		return nil, false
	}
	if f.value.kind != want {
		t.r.errorf(f.value.offset, "%q must be %s, not %s", t.name(key), t.r.src.kindName(want), t.r.src.kindName(f.value.kind))
		return nil, false
	}
	return f.value, true
}

// text gives a string, or or where the key is missing.
func (t table) text(key, or string) string {
	if n, ok := t.get(key, kindString); ok {
		return n.text
	}
	return or
}

// required gives a string that must be there and not be empty.
func (t table) required(key string) string {
	f := t.node.field(key)
	if f == nil {
		t.r.errorf(t.offset(), "%q has no %q", t.path, key)
		return ""
	}
	n, ok := t.get(key, kindString)
	if !ok {
		return ""
	}
	if n.text == "" {
		t.r.errorf(n.offset, "%q must not be empty", t.name(key))
	}
	return n.text
}

// flag gives a boolean, nil where the key is missing.
func (t table) flag(key string) *bool {
	if n, ok := t.get(key, kindBool); ok {
		return &n.flag
	}
	return nil
}

// is gives a boolean, or or where the key is missing.
func (t table) is(key string, or bool) bool {
	if b := t.flag(key); b != nil {
		return *b
	}
	return or
}

// integer gives a whole number between low and high, or or where the key is missing.
func (t table) integer(key string, low, high, or int) int {
	n, ok := t.get(key, kindNumber)
	if !ok {
		return or
	}
	if n.number != math.Trunc(n.number) || n.number < float64(low) || n.number > float64(high) {
		t.r.errorf(n.offset, "%q must be a whole number from %d to %d", t.name(key), low, high)
		return or
	}
	return int(n.number)
}

// texts gives an array of strings.
func (t table) texts(key string) []string {
	n, ok := t.get(key, kindArray)
	if !ok {
		return nil
	}
	var list []string
	for i, item := range n.items {
		if item.kind != kindString {
			t.r.errorf(item.offset, "\"%s[%d]\" must be a string, not %s", t.name(key), i, t.r.src.kindName(item.kind))
			continue
		}
		list = append(list, item.text)
	}
	return list
}

// textMap gives a table of strings.
func (t table) textMap(key string) map[string]string {
	n, ok := t.get(key, kindTable)
	if !ok {
		return nil
	}
	m := make(map[string]string, len(n.fields))
	for _, f := range n.fields {
		if f.value.kind != kindString {
			t.r.errorf(f.value.offset, "\"%s.%s\" must be a string, not %s", t.name(key), f.name, t.r.src.kindName(f.value.kind))
			continue
		}
		m[f.name] = f.value.text
	}
	return m
}

// json gives a table as JSON, nil where the key is missing.
func (t table) json(key string) json.RawMessage {
	if n, ok := t.get(key, kindTable); ok {
		return n.json()
	}
	return nil
}

// sub gives a table, one without fields where the key is missing.
func (t table) sub(key string) table {
	n, _ := t.get(key, kindTable)
	return table{t.r, t.name(key), n}
}

// subs gives an array of tables.
func (t table) subs(key string) []table {
	n, ok := t.get(key, kindArray)
	if !ok {
		return nil
	}
	var list []table
	for i, item := range n.items {
		path := t.name(key) + "[" + strconv.Itoa(i) + "]"
		if item.kind != kindTable {
			t.r.errorf(item.offset, "%q must be %s, not %s", path, t.r.src.kindName(kindTable), t.r.src.kindName(item.kind))
			continue
		}
		list = append(list, table{t.r, path, item})
	}
	return list
}

// only warns about every key that is not known.
func (t table) only(known ...string) {
	if t.node == nil {
		return
	}
	for _, f := range t.node.fields {
		if !slices.Contains(known, f.name) {
			t.r.warnf(f.offset, "unknown key %q; ignored", t.name(f.name))
		}
	}
}

// position is where the table begins, for later messages.
func (t table) position() Position {
	if t.node == nil {
		return Position{File: t.r.src.file}
	}
	return t.r.src.position(t.node.offset)
}
