package sqlite

import (
	"strings"
	"unicode/utf8"
)

// Trim cuts from the end of a text of SQL all that is no statement: white
// space, semicolons and comments. A text without a statement becomes "". It
// scans once, knowing strings ('…'), quoted names ("…", `…`, […]) and comments
// (-- and /* */) as SQLite does; white space is that of JavaScript, in which D1
// cuts.
//
// It shows: "SELECT 1 /* y */" has a column named "1". The front stays, and
// counts for offsets in errors.
func Trim(sql string) string {
	end := 0 // of the last token that belongs to a statement
	for i := 0; i < len(sql); {
		next, token := skip(sql, i)
		if token {
			end = next
		}
		i = next
	}
	return sql[:end]
}

// skip gives the end of the token, comment or space at i, and whether it is a token of a statement.
func skip(sql string, i int) (next int, token bool) {
	switch c := sql[i]; {
	case isSpace(c) || c == ';':
		return i + 1, false
	case c == '\'' || c == '"' || c == '`':
		return quoted(sql, i+1, c), true
	case c == '[':
		for i++; i < len(sql); i++ {
			if sql[i] == ']' {
				return i + 1, true
			}
		}
		return i, true
	case c == '-' && i+1 < len(sql) && sql[i+1] == '-':
		for i += 2; i < len(sql) && sql[i] != '\n'; i++ {
		}
		return i, false
	case c == '/' && i+1 < len(sql) && sql[i+1] == '*':
		for i += 3; i < len(sql); i++ {
			if sql[i] == '/' && sql[i-1] == '*' {
				return i + 1, false
			}
		}
		return i, false // SQLite takes the rest for the comment
	}
	if sql[i] >= utf8.RuneSelf {
		r, n := utf8.DecodeRuneInString(sql[i:])
		return i + n, !strings.ContainsRune(farSpaces, r)
	}
	return i + 1, sql[i] != '\v'
}

// farSpaces are the white space of JavaScript beyond ASCII.
const farSpaces = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" +
	"\u2028\u2029\u202f\u205f\u3000\ufeff"

// trimFront cuts the white space before the next statement of a text.
func trimFront(sql string) string {
	start := 0
	for start < len(sql) && isSpace(sql[start]) {
		start++
	}
	return sql[start:]
}

// quoted gives the end of what is quoted by q and began before i; a doubled q is one of its characters.
func quoted(sql string, i int, q byte) int {
	for ; i < len(sql); i++ {
		if sql[i] != q {
			continue
		}
		if i+1 < len(sql) && sql[i+1] == q {
			i++
			continue
		}
		return i + 1
	}
	return i
}

// isSpace is SQLite's idea of white space.
func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'
}
