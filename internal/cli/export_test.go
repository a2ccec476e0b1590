package cli

import "fmt"

// SplitForTest gives the statements of a text as "line: statement".
func SplitForTest(text string) []string {
	var out []string
	for _, s := range splitSQL(text) {
		out = append(out, fmt.Sprintf("%d: %s", s.line, s.text))
	}
	return out
}
