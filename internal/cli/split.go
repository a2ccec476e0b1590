package cli

import "strings"

// sqlStatement is one statement of a text and the 1-based line it starts on.
type sqlStatement struct {
	text string
	line int
}

// splitSQL cuts a text into statements where SQLite would: at semicolons
// outside of strings, quoted names and comments, those inside the body of a
// trigger aside (the rules of sqlite3_complete,
// https://www.sqlite.org/c3ref/complete.html). Parts that hold no SQL are left
// out. The statements keep their text to the letter, semicolon included.
func splitSQL(text string) []sqlStatement {
	var (
		statements []sqlStatement
		trigger    triggerScan
		from       = -1 // where the statement under way has its first token
		line       = 1
		fromLine   int
	)
	for at := 0; at < len(text); {
		end, kind := nextToken(text, at)
		if from < 0 && kind != tokenBlank && kind != tokenSemicolon {
			from, fromLine = at, line
		}
		line += strings.Count(text[at:end], "\n")
		if trigger.ends(kind, text[at:end]) {
			if from >= 0 {
				statements = append(statements, sqlStatement{text[from:end], fromLine})
			}
			from = -1
		}
		at = end
	}
	if from >= 0 {
		statements = append(statements, sqlStatement{strings.TrimSpace(text[from:]), fromLine})
	}
	return statements
}

// tokenKind tells apart what the cut depends on.
type tokenKind uint8

const (
	tokenBlank tokenKind = iota // white space and comments
	tokenSemicolon
	tokenWord
	tokenOther
)

// nextToken gives the end and the kind of the token that starts at at. What
// is not closed, a string or a comment, reaches to the end of the text.
func nextToken(text string, at int) (int, tokenKind) {
	rest := text[at:]
	switch c := rest[0]; {
	case c == ';':
		return at + 1, tokenSemicolon
	case isSpace(c):
		return at + 1, tokenBlank
	case strings.HasPrefix(rest, "--"):
		return at + closing(rest, 2, "\n"), tokenBlank
	case strings.HasPrefix(rest, "/*"):
		return at + closing(rest, 2, "*/"), tokenBlank
	case c == '\'' || c == '"' || c == '`':
		return at + closing(rest, 1, rest[:1]), tokenOther
	case c == '[':
		return at + closing(rest, 1, "]"), tokenOther
	case isWordByte(c):
		n := 1
		for n < len(rest) && isWordByte(rest[n]) {
			n++
		}
		return at + n, tokenWord
	}
	return at + 1, tokenOther
}

// closing gives the end of what starts at 0 and whose closing mark comes at
// skip at the earliest. A doubled quote looks like two strings side by side,
// which cuts the same.
func closing(s string, skip int, mark string) int {
	if i := strings.Index(s[skip:], mark); i >= 0 {
		return skip + i + len(mark)
	}
	return len(s)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}

// triggerScan is the machine of sqlite3_complete: it knows whether the
// statement under way makes a trigger, which ends with ";", "END", ";".
type triggerScan struct{ state scanState }

type scanState uint8

const (
	scanStart   scanState = iota // nothing of the statement yet
	scanNormal                   // an ordinary statement
	scanExplain                  // after EXPLAIN
	scanCreate                   // after CREATE, TEMP may follow
	scanTrigger                  // inside CREATE TRIGGER
	scanSemi                     // a semicolon inside CREATE TRIGGER
	scanEnd                      // END after such a semicolon
)

// ends takes the next token and says whether it ends the statement.
func (s *triggerScan) ends(kind tokenKind, text string) bool {
	switch kind {
	case tokenBlank:
		return false
	case tokenSemicolon:
		return s.semicolon()
	case tokenWord:
		s.word(strings.ToUpper(text))
	case tokenOther:
		s.state = afterOther(s.state)
	}
	return false
}

func (s *triggerScan) semicolon() bool {
	switch s.state {
	case scanTrigger, scanSemi:
		s.state = scanSemi
		return false
	case scanStart, scanNormal, scanExplain, scanCreate, scanEnd:
	}
	s.state = scanStart
	return true
}

func (s *triggerScan) word(word string) {
	switch {
	case s.state == scanStart && word == "EXPLAIN":
		s.state = scanExplain
	case (s.state == scanStart || s.state == scanExplain) && word == "CREATE":
		s.state = scanCreate
	case s.state == scanExplain && (word == "QUERY" || word == "PLAN"):
	case s.state == scanCreate && (word == "TEMP" || word == "TEMPORARY"):
	case s.state == scanCreate && word == "TRIGGER":
		s.state = scanTrigger
	case s.state == scanSemi && word == "END":
		s.state = scanEnd
	default:
		s.state = afterOther(s.state)
	}
}

// afterOther is the state after a token that means nothing to the scan.
func afterOther(state scanState) scanState {
	switch state {
	case scanTrigger, scanSemi, scanEnd:
		return scanTrigger
	case scanStart, scanNormal, scanExplain, scanCreate:
	}
	return scanNormal
}
