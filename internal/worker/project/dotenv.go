package project

import (
	"bytes"
	"strings"
)

// assignment is one NAME=value of a dotenv file.
type assignment struct {
	name, value string
	offset      int
}

// parseDotenv reads a dotenv file as the npm package dotenv does: "export" before
// the name, "=" or ": " behind it, values bare or in one of three quotes, which
// may hold line breaks; \n and \r count between double quotes; a "#" ends a bare
// value. A name that comes twice has its last value. What is no assignment is
// skipped; lines gives the offsets of such lines.
func parseDotenv(text []byte) (list []assignment, skipped []int) {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	s := string(text)
	at := map[string]int{}
	for pos := 0; pos < len(s); {
		end := lineEnd(s, pos)
		a, next, ok := parseAssignment(s, pos, end)
		switch line := strings.TrimSpace(s[pos:end]); {
		case ok:
			if i, twice := at[a.name]; twice {
				list[i] = a
			} else {
				at[a.name] = len(list)
				list = append(list, a)
			}
			pos = next
			continue
		case line != "" && line[0] != '#':
			skipped = append(skipped, pos)
		}
		pos = end + 1
	}
	return list, skipped
}

// lineEnd gives the offset of the line break at or after pos, or the end.
func lineEnd(s string, pos int) int {
	if n := strings.IndexByte(s[pos:], '\n'); n >= 0 {
		return pos + n
	}
	return len(s)
}

// parseAssignment reads the assignment that begins on the line s[pos:end], and
// gives the offset behind its last line.
func parseAssignment(s string, pos, end int) (a assignment, next int, ok bool) {
	rest := strings.TrimLeft(s[pos:end], blanks)
	if after, found := strings.CutPrefix(rest, "export"); found && after != strings.TrimLeft(after, blanks) {
		rest = strings.TrimLeft(after, blanks)
	}
	name := rest[:len(rest)-len(strings.TrimLeft(rest, nameChars))]
	if name == "" {
		return a, 0, false
	}
	a.name, a.offset = name, end-len(rest)
	rest = rest[len(name):]
	switch trimmed := strings.TrimLeft(rest, blanks); {
	case strings.HasPrefix(trimmed, "="):
		rest = trimmed[1:]
	case strings.HasPrefix(rest, ":") && strings.TrimLeft(rest[1:], blanks) != rest[1:]:
		rest = rest[1:]
	default:
		return a, 0, false
	}
	start := end - len(strings.TrimLeft(rest, blanks))
	if start < end && strings.IndexByte("'\"`", s[start]) >= 0 {
		if last := closingQuote(s, start); last > 0 {
			a.value = s[start+1 : last]
			if s[start] == '"' {
				a.value = strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(a.value)
			}
			return a, lineEnd(s, last) + 1, true
		}
	}
	value, _, _ := strings.Cut(s[start:end], "#")
	a.value = strings.Trim(value, blanks)
	if n := len(a.value); n > 1 && a.value[0] == a.value[n-1] && strings.IndexByte("'\"`", a.value[0]) >= 0 {
		a.value = a.value[1 : n-1] // quotes within: the outer ones still go
	}
	return a, end + 1, true
}

const (
	blanks    = " \t\v\f\u00a0\ufeff"
	nameStart = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	wordChars = nameStart + "0123456789"
	nameChars = wordChars + ".-"
)

// closingQuote finds the quote that ends the one at start: the first that is not
// behind a backslash, if only a comment follows it on its line. Where that one is
// missing, the last one behind a backslash will do. It gives 0 where there is
// none; the quote is then part of a bare value.
func closingQuote(s string, start int) int {
	quote, escaped := s[start], 0
	for i := start + 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		ends := endsLine(s, i+1)
		switch {
		case s[i-1] != '\\' && ends:
			return i
		case s[i-1] != '\\':
			return escaped
		case ends:
			escaped = i
		}
	}
	return escaped
}

// endsLine says whether nothing but a comment follows on the line.
func endsLine(s string, pos int) bool {
	for pos < len(s) && strings.IndexByte(" \t\v\f", s[pos]) >= 0 {
		pos++
	}
	return pos == len(s) || s[pos] == '\n' || s[pos] == '#'
}

// expand puts the values of other names into the values of .env files: $NAME,
// ${NAME}, ${NAME:-default} and ${NAME:+other}; a backslash keeps a "$". Values of
// environ win over those of the list, as they do for the npm package dotenv-expand.
func expand(list []assignment, environ map[string]string) []assignment {
	known := map[string]string{}
	lookup := func(name string) string {
		if v := environ[name]; v != "" {
			return v
		}
		return known[name]
	}
	out := make([]assignment, len(list))
	for i, a := range list {
		if v := environ[a.name]; v != "" {
			a.value = v
		} else {
			a.value = expandValue(a.value, lookup, maxNesting)
		}
		known[a.name] = a.value
		out[i] = a
	}
	return out
}

// Bounds of a reference: how deep defaults may hold others, and its length.
const (
	maxNesting    = 10
	maxExpression = 1024
)

// expandValue replaces the references of one value, and those in their defaults
// as deep as nesting says.
func expandValue(s string, lookup func(string) string, nesting int) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], `\$`):
			b.WriteByte('$')
			i += 2
		case s[i] != '$':
			b.WriteByte(s[i])
			i++
		default:
			expression, length := reference(s[i:])
			if length == 0 {
				b.WriteByte('$')
				i++
				continue
			}
			b.WriteString(resolve(expression, lookup, nesting))
			i += length
		}
	}
	return b.String()
}

// reference gives what a "$" at the start of s refers to and how long that is; 0
// where it is a plain dollar sign.
func reference(s string) (expression string, length int) {
	if strings.HasPrefix(s, "${") {
		open := 0
		for i := 1; i < min(len(s), maxExpression); i++ {
			switch s[i] {
			case '{':
				open++
			case '}':
				if open--; open == 0 && i > 2 {
					return s[2:i], i + 1
				} else if open == 0 {
					return "", 0
				}
			}
		}
		return "", 0
	}
	rest := s[1:]
	name := rest[:len(rest)-len(strings.TrimLeft(rest, nameStart))]
	digits := rest[len(name):]
	if name == "" {
		return "", 0
	}
	name += digits[:len(digits)-len(strings.TrimLeft(digits, wordChars))]
	return name, len(name) + 1
}

// resolve gives the value of NAME, NAME:-default, NAME-default, NAME:+other or NAME+other.
func resolve(expression string, lookup func(string) string, nesting int) string {
	end := strings.IndexAny(expression, ":+-")
	for end >= 0 && expression[end] == ':' && !strings.ContainsAny(expression[end+1:min(end+2, len(expression))], "+-") {
		next := strings.IndexAny(expression[end+1:], ":+-")
		if next < 0 {
			return lookup(expression)
		}
		end += 1 + next
	}
	if end < 0 {
		return lookup(expression)
	}
	name, other := expression[:end], strings.TrimPrefix(expression[end:], ":")
	value := lookup(name)
	switch {
	case (other[0] == '+') == (value == ""):
		return value
	case nesting == 0:
		return other[1:]
	}
	return expandValue(other[1:], lookup, nesting-1)
}
