package bundle

import (
	"regexp"
	"strings"
)

// globExpression turns a glob of a module rule into a regular expression, in the
// dialect of wrangler's rules: only "*" is special. Without globstar any number
// of stars matches anything; with it one star stays within a folder, and two of
// them as a whole part of the path match any number of folders.
func globExpression(glob string, globstar bool) string {
	var b strings.Builder
	b.WriteByte('^')
	for i := 0; i < len(glob); i++ {
		if glob[i] != '*' {
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
			continue
		}
		start := i
		for i+1 < len(glob) && glob[i+1] == '*' {
			i++
		}
		alone := (start == 0 || glob[start-1] == '/') && (i+1 == len(glob) || glob[i+1] == '/')
		switch {
		case !globstar:
			b.WriteString(`.*`)
		case i > start && alone:
			b.WriteString(`(?:[^/]*(?:/|$))*`)
			i++ // the slash is part of it
		default:
			b.WriteString(`[^/]*`)
		}
	}
	b.WriteByte('$')
	return b.String()
}
