package sqlite

// Trim cuts white space from the front of a text of SQL, and from its end all
// that is no statement: white space, semicolons and comments. A text without a
// statement becomes "". It scans once, knowing strings ('…'), quoted names
// ("…", `…`, […]) and comments (-- and /* */) as SQLite does.
//
// D1 cuts texts the same way, and it shows: "SELECT 1 /* y */" has a column
// named "1".
func Trim(sql string) string {
	start := 0
	for start < len(sql) && isSpace(sql[start]) {
		start++
	}
	sql = sql[start:]
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
	case c == '/' && i+2 < len(sql) && sql[i+1] == '*':
		for i += 3; i < len(sql); i++ {
			if sql[i] == '/' && sql[i-1] == '*' {
				return i + 1, false
			}
		}
		return i, false // SQLite takes the rest for the comment
	}
	return i + 1, true
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
