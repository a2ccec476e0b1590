package project

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"
)

// maxDepth bounds how deep brackets may be nested, as the library recurses.
const maxDepth = 1000

// parseJSONC reads JSON with comments and trailing commas. Of a key that comes
// twice the last one counts, as with JSON.parse.
func parseJSONC(src *source) (*node, error) {
	if offset, deep := tooDeep(src.text); deep {
		return nil, &Error{[]Problem{src.problem(offset, fmt.Sprintf("nested deeper than %d levels", maxDepth))}}
	}
	v, err := hujson.Parse(src.text)
	if err != nil {
		return nil, jsoncError(src, err)
	}
	root := jsoncNode(&v)
	if root.kind != kindTable {
		return nil, &Error{[]Problem{src.problem(root.offset, "the file must hold one object, not "+src.kindName(root.kind))}}
	}
	return root, nil
}

// jsoncError turns an error of the library ("hujson: line 1, column 2: what") into one of ours.
func jsoncError(src *source, err error) error {
	var line, column int
	text := strings.TrimPrefix(err.Error(), "hujson: ")
	offset := -1
	if n, _ := fmt.Sscanf(text, "line %d, column %d", &line, &column); n == 2 {
		offset = src.offset(line, column)
		_, text, _ = strings.Cut(text, ": ")
	}
	return &Error{[]Problem{src.problem(offset, text)}}
}

func jsoncNode(v *hujson.Value) *node {
	n := &node{offset: v.StartOffset}
	switch value := v.Value.(type) {
	case hujson.Literal:
		jsoncLiteral(n, value)
	case *hujson.Array:
		n.kind = kindArray
		for i := range value.Elements {
			n.items = append(n.items, jsoncNode(&value.Elements[i]))
		}
	case *hujson.Object:
		n.kind = kindTable
		for i := range value.Members {
			m := &value.Members[i]
			name, _ := m.Name.Value.(hujson.Literal)
			n.set(field{name.String(), m.Name.StartOffset, jsoncNode(&m.Value)})
		}
	}
	return n
}

func jsoncLiteral(n *node, l hujson.Literal) {
	switch l.Kind() {
	case 't', 'f':
		n.kind, n.flag = kindBool, l.Bool()
	case '"':
		n.kind, n.text = kindString, l.String()
	case '0':
		f, err := strconv.ParseFloat(string(l), 64)
		n.kind, n.number, n.text = kindNumber, f, string(l)
		if err != nil { // beyond the range of a number
			n.text = "null"
		}
	default:
		n.kind = kindNull
	}
}

// tooDeep finds the first bracket beyond maxDepth. Strings and comments are
// skipped; a file that is not well-formed may be judged wrongly, by the parser then.
func tooDeep(text []byte) (int, bool) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"' && text[i] != '\n'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '/':
			i = skipComment(text, i)
		case '[', '{':
			if depth++; depth > maxDepth {
				return i, true
			}
		case ']', '}':
			depth--
		}
	}
	return 0, false
}

// skipComment gives the offset of the last byte of the comment at i, or i.
func skipComment(text []byte, i int) int {
	end := "\n"
	switch rest := text[i:]; {
	case bytes.HasPrefix(rest, []byte("/*")):
		end = "*/"
	case !bytes.HasPrefix(rest, []byte("//")):
		return i
	}
	if n := bytes.Index(text[i+2:], []byte(end)); n >= 0 {
		return i + 2 + n + len(end) - 1
	}
	return len(text)
}
