package project

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// parseTOML reads a TOML file. The library's decoder judges the file (its errors
// have positions); its parser, which keeps positions, then builds the nodes.
func parseTOML(src *source) (*node, error) {
	var all map[string]any
	if err := toml.Unmarshal(src.text, &all); err != nil {
		return nil, tomlError(src, err)
	}
	t := tomlReader{src: src}
	root := &node{kind: kindTable}
	table := root
	t.parser.Reset(src.text)
	for t.parser.NextExpression() {
		switch e := t.parser.Expression(); e.Kind { //nolint:exhaustive // top-level expressions are of these kinds
		case unstable.Table:
			table = t.open(root, e, false)
		case unstable.ArrayTable:
			table = t.open(root, e, true)
		case unstable.KeyValue:
			t.keyValue(table, e)
		default: // comments are not kept
		}
	}
	if err := t.parser.Error(); err != nil {
		return nil, tomlError(src, err)
	}
	return root, nil
}

// tomlError turns an error of the library into one of ours.
func tomlError(src *source, err error) error {
	offset := -1
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		offset = src.offset(e.Position())
	}
	return &Error{[]Problem{src.problem(offset, strings.TrimPrefix(err.Error(), "toml: "))}}
}

// tomlReader builds nodes from the library's expressions, which come one after
// the other as they stand in the file.
type tomlReader struct {
	src    *source
	parser unstable.Parser
}

// open gives the table that a [header] names, made where it is missing. The last
// part of a [[header]] gets a new table in its array.
func (t *tomlReader) open(root *node, e *unstable.Node, array bool) *node {
	table := root
	for keys := e.Key(); keys.Next(); {
		key := keys.Node()
		table = t.step(table, key, array && keys.IsLast())
	}
	return table
}

// step goes from a table to the one that key names in it. With add it is a new
// element of the array called key, else the last one where key is an array.
func (t *tomlReader) step(table *node, key *unstable.Node, add bool) *node {
	name, offset := string(key.Data), int(key.Raw.Offset)
	if f := table.field(name); f != nil && f.value.kind == kindTable && !add {
		return f.value
	} else if f != nil && f.value.kind == kindArray {
		last := len(f.value.items) - 1
		if !add && last >= 0 && f.value.items[last].kind == kindTable {
			return f.value.items[last]
		}
		next := &node{kind: kindTable, offset: offset}
		f.value.items = append(f.value.items, next)
		return next
	}
	next := &node{kind: kindTable, offset: offset}
	value := next
	if add {
		value = &node{kind: kindArray, offset: offset, items: []*node{next}}
	}
	table.set(field{name, offset, value})
	return next
}

// keyValue puts KEY = VALUE into table, through the tables of a dotted key.
func (t *tomlReader) keyValue(table *node, e *unstable.Node) {
	for keys := e.Key(); keys.Next(); {
		key := keys.Node()
		if !keys.IsLast() {
			table = t.step(table, key, false)
			continue
		}
		offset := int(key.Raw.Offset)
		table.set(field{string(key.Data), offset, t.value(e.Value(), offset)})
	}
}

// value converts a value. Where the library gives no place, that of the key
// stands in.
func (t *tomlReader) value(v *unstable.Node, offset int) *node {
	if v.Raw.Length > 0 {
		offset = int(v.Raw.Offset)
	}
	n := &node{offset: offset}
	switch v.Kind { //nolint:exhaustive // the remaining kinds of values are dates
	case unstable.String:
		n.kind, n.text = kindString, string(v.Data)
	case unstable.Bool:
		n.kind, n.flag = kindBool, string(v.Data) == "true"
	case unstable.Integer:
		i, _ := strconv.ParseInt(string(v.Data), 0, 64) // the decoder has checked it
		n.kind, n.number, n.text = kindNumber, float64(i), strconv.FormatInt(i, 10)
	case unstable.Float:
		f, _ := strconv.ParseFloat(strings.ReplaceAll(string(v.Data), "_", ""), 64)
		n.kind, n.number, n.text = kindNumber, f, numberText(f)
	case unstable.Array:
		n.kind = kindArray
		for items := v.Children(); items.Next(); {
			n.items = append(n.items, t.value(items.Node(), offset))
		}
	case unstable.InlineTable:
		n.kind = kindTable
		for pairs := v.Children(); pairs.Next(); {
			t.keyValue(n, pairs.Node())
		}
	default: // the four kinds of dates and times
		n.kind, n.text = kindDate, string(v.Data)
	}
	return n
}
