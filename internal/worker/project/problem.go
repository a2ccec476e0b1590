package project

import (
	"fmt"
	"strings"
)

// Position is a place in a file. Line and Column count from 1, Column in bytes;
// 0 means unknown.
type Position struct {
	File         string
	Line, Column int
}

// String gives FILE:LINE:COLUMN, as much of it as is known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one thing that is wrong with a file.
type Problem struct {
	Position
	Text   string
	Source string // the line at Position; "" where unknown
}

// String gives the position and the text.
func (p Problem) String() string {
	if p.File == "" {
		return p.Text
	}
	return p.Position.String() + ": " + p.Text
}

// Warning is a problem that did not keep the file from being used.
type Warning = Problem

// Error is why a configuration cannot be used: everything that is wrong with
// it, in the order of the file. It has at least one problem.
type Error struct{ Problems []Problem }

// Error gives one line per problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
