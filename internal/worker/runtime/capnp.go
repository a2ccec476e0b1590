package runtime

import (
	"fmt"
	"strconv"
	"strings"
)

// quote spells any bytes as a string of Cap'n Proto's text format. All but plain
// ASCII is escaped, so that nothing depends on encodings, and a zero is kept.
func quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// list spells a list of strings.
func list(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// writer builds the text of a configuration, with the files that it embeds.
type writer struct {
	text  strings.Builder
	depth int
	// files are the contents by name, made as they are embedded.
	files map[string][]byte
}

// line writes one indented line.
func (w *writer) line(format string, args ...any) {
	w.text.WriteString(strings.Repeat("  ", w.depth))
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
}

// block writes what fill writes between two lines, one step deeper.
func (w *writer) block(open, closing string, fill func()) {
	w.line("%s", open)
	w.depth++
	fill()
	w.depth--
	w.line("%s", closing)
}

// embed keeps content for a file and spells the reference to it. The names are
// numbers: those that users give may not be names of files.
func (w *writer) embed(content []byte) string {
	name := "m" + strconv.Itoa(len(w.files))
	w.files[name] = content
	return "embed " + quote(name)
}
