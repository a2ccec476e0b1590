package engine

import "github.com/dione-db/dione/d1"

// reading are the words that statements which only read begin with, and others too.
var reading = [...]string{"SELECT", "WITH", "VALUES", "EXPLAIN"} //nolint:gochecknoglobals // never changed

// looksLikeRead guesses from the first word of each text whether a request only
// reads. A wrong guess costs time, nothing else: SQLite decides.
func looksLikeRead(stmts []d1.Statement) bool {
	for i := range stmts {
		if !startsLikeRead(stmts[i].SQL) {
			return false
		}
	}
	return true
}

// startsLikeRead is true also for a text without any word, which runs nothing.
func startsLikeRead(sql string) bool {
	i := firstWord(sql)
	if i == len(sql) {
		return true
	}
	for _, word := range reading {
		if hasWord(sql[i:], word) {
			return true
		}
	}
	return false
}

// firstWord is where the white space, comments and semicolons at the start of sql end.
func firstWord(sql string) int {
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ';':
			i++
		case c == '-' && i+1 < len(sql) && sql[i+1] == '-':
			for i < len(sql) && sql[i] != '\n' {
				i++
			}
		case c == '/' && i+1 < len(sql) && sql[i+1] == '*':
			for i += 3; i < len(sql) && (sql[i] != '/' || sql[i-1] != '*'); i++ {
			}
			i = min(i+1, len(sql))
		default:
			return i
		}
	}
	return len(sql)
}

// hasWord tells whether s starts with word, whatever its case, and nothing that would make it a longer one.
func hasWord(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if s[i]&^0x20 != word[i] {
			return false
		}
	}
	if len(s) == len(word) {
		return true
	}
	c := s[len(word)]
	return c != '_' && c != '$' && c < 0x80 && (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9')
}
