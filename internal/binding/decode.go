package binding

import (
	"bytes"
	"slices"

	"github.com/dione-db/dione/d1"
)

// maxStatements bounds a request: what little text a statement may have costs
// far more memory once it runs and is answered.
const maxStatements = 250_000

// decoder reads the body of a request into statements. The statements, and the
// memory of their parameters, stay valid until the next decode.
type decoder struct {
	scanner

	stmts []d1.Statement
}

// decode reads a whole body: one statement, or an array of them. Errors are of
// KindInvalid and name the offset of the byte that is wrong.
func (d *decoder) decode(body []byte) ([]d1.Statement, error) {
	d.begin(body)
	d.stmts = d.stmts[:0]
	var err error
	switch d.space(); d.peek() {
	case '{':
		err = d.statement(1)
	case '[':
		err = d.statements()
	default:
		err = d.unexpected("a request is a statement or an array of statements")
	}
	if err != nil {
		return nil, err
	}
	if d.space(); d.pos < len(d.data) {
		return nil, d.malformed("something follows the end")
	}
	return d.stmts, nil
}

// statements reads an array of statements.
func (d *decoder) statements() error {
	return d.array(func(int) error {
		if d.peek() != '{' {
			return d.unexpected("statement %d is no object", len(d.stmts)+1)
		}
		return d.statement(2)
	})
}

// statement reads {"sql":…,"params":…}. Of keys given twice the last counts, as in JavaScript;
// others are skipped. depth is the nesting of the object.
func (d *decoder) statement(depth int) error {
	if len(d.stmts) == maxStatements {
		return d.wrong("a request has at most %d statements", maxStatements)
	}
	st := d.next()
	hasSQL, start := false, d.pos
	err := d.object(func(key []byte) error {
		switch string(key) {
		case "sql":
			if d.peek() != '"' {
				return d.unexpected("\"sql\" of statement %d is no string", len(d.stmts))
			}
			text, err := d.text()
			st.SQL, hasSQL = string(text), true
			return err
		case "params":
			st.Params.Reset()
			return d.params(&st.Params)
		}
		return d.skip(depth)
	})
	if err == nil && !hasSQL {
		d.pos = start
		return d.wrong("statement %d has no \"sql\"", len(d.stmts))
	}
	return err
}

// next gives the next statement, empty, with the memory of an earlier one.
func (d *decoder) next() *d1.Statement {
	n := len(d.stmts)
	if n < cap(d.stmts) {
		d.stmts = d.stmts[:n+1]
	} else {
		d.stmts = append(d.stmts, d1.Statement{})
	}
	st := &d.stmts[n]
	st.SQL = ""
	st.Params.Reset()
	return st
}

// params reads the value of "params": an array, or null for none.
func (d *decoder) params(p *d1.Params) error {
	switch d.peek() {
	case 'n':
		return d.literal("null")
	case '[':
		return d.array(func(int) error { return d.param(p) })
	}
	return d.unexpected("\"params\" of statement %d is neither an array nor null", len(d.stmts))
}

// param reads one value to bind: a number is a REAL, always; an array of
// numbers is a BLOB. Booleans and objects never come from the binding, and D1 refuses them.
func (d *decoder) param(p *d1.Params) error {
	switch c := d.peek(); {
	case c == 'n':
		if err := d.literal("null"); err != nil {
			return err
		}
		p.AppendNull()
	case c == '"':
		block, err := d.appendText(p.OpenData('t'))
		if err != nil {
			return err
		}
		p.CloseData(block)
	case c == '[':
		block, err := d.appendBytes(p.OpenData('b'), p.Len()+1)
		if err != nil {
			return err
		}
		p.CloseData(block)
	case c == '-' || isDigit(c):
		v, err := d.number()
		if err != nil {
			return err
		}
		p.AppendReal(v)
	default:
		return d.unexpected("value %d of statement %d cannot be bound; bind a number, a string, null or an array of bytes",
			p.Len()+1, len(d.stmts))
	}
	return nil
}

// appendBytes reads an array of numbers and appends each as a byte, as a
// Uint8Array would take it. nth is the place of the value, for errors.
func (d *decoder) appendBytes(dst []byte, nth int) ([]byte, error) {
	before := len(dst)
	if n := bytes.IndexByte(d.data[d.pos:], ']'); n > 1 { // all of a good array, so the memory can be had at once
		dst = slices.Grow(dst, bytes.Count(d.data[d.pos:d.pos+n], []byte(","))+1)
	}
	err := d.array(func(int) error {
		for b, ok := d.smallByte(); ok; b, ok = d.smallByte() {
			dst = append(dst, b)
			if !d.anotherDigit() {
				return nil
			}
		}
		if c := d.peek(); c != '-' && !isDigit(c) {
			return d.unexpected("element %d of the array bound as value %d of statement %d is no number",
				len(dst)-before+1, nth, len(d.stmts))
		}
		v, err := d.number()
		dst = append(dst, toUint8(v))
		return err
	})
	return dst, err
}

// trim gives back memory that is not worth keeping, and lets go of the body.
func (d *decoder) trim() {
	d.begin(nil)
	if cap(d.scratch) > keepBytes {
		d.scratch = nil
	}
	if cap(d.stmts) > keepStatements {
		d.stmts = nil
		return
	}
	kept := 0
	all := d.stmts[:cap(d.stmts)]
	for i := range all {
		all[i].SQL = ""
		if kept += cap(all[i].Params.Block()); kept > keepBytes {
			all[i].Params = d1.Params{}
		}
	}
	d.stmts = d.stmts[:0]
}
