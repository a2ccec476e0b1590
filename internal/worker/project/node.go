package project

import (
	"encoding/json"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// kind is what a value of a configuration file is, whatever the file's format.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindDate // TOML alone has them
	kindArray
	kindTable
)

// kindName names a kind as messages do, in the words of the file's format.
func (s *source) kindName(k kind) string {
	if k == kindTable && s.json {
		return "an object"
	}
	return [...]string{"null", "a boolean", "a number", "a string", "a date", "an array", "a table"}[k]
}

// node is one value with its place in the file, in bytes from the start.
type node struct {
	kind   kind
	offset int
	text   string  // of a string or a date; of a number its JSON spelling
	number float64 // of a number
	flag   bool
	items  []*node
	fields []field
	index  map[string]int // into fields
}

// field is one key of a table, with the place of the key.
type field struct {
	name   string
	offset int
	value  *node
}

// field gives the field called name, nil where there is none. It is safe on a nil node.
func (n *node) field(name string) *field {
	if n == nil || n.kind != kindTable {
		return nil
	}
	if i, ok := n.index[name]; ok {
		return &n.fields[i]
	}
	return nil
}

// set adds a field or replaces the one of the same name.
func (n *node) set(f field) {
	if i, ok := n.index[f.name]; ok {
		n.fields[i] = f
		return
	}
	if n.index == nil {
		n.index = map[string]int{}
	}
	n.index[f.name] = len(n.fields)
	n.fields = append(n.fields, f)
}

// find gives the first node, depth first, for which match is true.
func (n *node) find(match func(*node) bool) *node {
	if match(n) {
		return n
	}
	for _, item := range n.items {
		if found := item.find(match); found != nil {
			return found
		}
	}
	for _, f := range n.fields {
		if found := f.value.find(match); found != nil {
			return found
		}
	}
	return nil
}

// appendJSON writes the value as compact JSON, keys in the order of the file.
func (n *node) appendJSON(dst []byte) []byte {
	switch n.kind {
	case kindNull:
		return append(dst, "null"...)
	case kindBool:
		return strconv.AppendBool(dst, n.flag)
	case kindNumber:
		return append(dst, n.text...)
	case kindString, kindDate:
		return append(dst, quote(n.text)...)
	case kindArray:
		dst = append(dst, '[')
		for i, item := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.appendJSON(dst)
		}
		return append(dst, ']')
	case kindTable:
		dst = append(dst, '{')
		for i, f := range n.fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, quote(f.name)...), ':')
			dst = f.value.appendJSON(dst)
		}
		return append(dst, '}')
	}
	return dst
}

// json gives the value as JSON.
func (n *node) json() json.RawMessage { return n.appendJSON(nil) }

// quote spells a string in JSON, which is also a way of TOML.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil { // never for a string
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// numberText spells a number in JSON as JavaScript would; what JSON has no
// spelling for is null, as in JSON.stringify.
func numberText(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "null"
	}
	out, err := json.Marshal(f)
	if err != nil { // never for a finite number
		return "null"
	}
	return string(out)
}

// source is the text of a file that positions are taken in.
type source struct {
	file  string // as messages name it
	json  bool   // where messages say "object" rather than "table"
	text  []byte
	lines []int // offset of each line's first byte
}

func newSource(file string, text []byte) *source {
	s := &source{file: file, json: !strings.HasSuffix(file, ".toml"), text: text, lines: []int{0}}
	for i, c := range text {
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// position gives the line and column of an offset.
func (s *source) position(offset int) Position {
	offset = min(max(offset, 0), len(s.text))
	line := sort.SearchInts(s.lines, offset+1)
	return Position{File: s.file, Line: line, Column: offset - s.lines[line-1] + 1}
}

// offset is the reverse of position, for libraries that report line and column.
func (s *source) offset(line, column int) int {
	line = min(max(line, 1), len(s.lines))
	return min(s.lines[line-1]+max(column-1, 0), len(s.text))
}

// problem makes a problem at an offset; a negative one stands for the file as a whole.
func (s *source) problem(offset int, text string) Problem {
	if offset < 0 {
		return Problem{Position: Position{File: s.file}, Text: text}
	}
	pos := s.position(offset)
	end := len(s.text)
	if pos.Line < len(s.lines) {
		end = s.lines[pos.Line] - 1
	}
	line := s.text[s.lines[pos.Line-1]:end]
	if len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return Problem{Position: pos, Text: text, Source: string(line)}
}

// inOrder sorts problems by their place, those of the file as a whole first.
func inOrder(list []Problem) []Problem {
	slices.SortStableFunc(list, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return list
}
