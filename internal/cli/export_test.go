package cli

import (
	"fmt"
	"strings"
)

// SplitForTest gives the statements of a text as "line: statement".
func SplitForTest(text string) []string {
	var out []string
	for _, s := range splitSQL(text) {
		out = append(out, fmt.Sprintf("%d: %s", s.line, s.text))
	}
	return out
}

// For tests of the helpers that no script reaches in all their cases.
var (
	DisplayWidth = displayWidth
	EditDistance = editDistance
	Nearest      = nearest
	ShellWord    = shellWord
	ByteSize     = byteSize
)

// GlobMatches compares a glob with a path.
func GlobMatches(glob, path string) bool {
	return globMatches(strings.Split(glob, "/"), strings.Split(path, "/"))
}
