package integration

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dione-db/dione/d1"
)

// Difference is one way in which our answer may differ from the reference's.
// Its ID stands in docs/reference/differences.md, where it is explained.
type Difference struct {
	ID string
	// Fields are those that may differ, nothing else.
	Fields []string
	// Applies says whether the difference explains these answers. It is as narrow as it can be.
	Applies func(req Request, ours, theirs Answer) bool
}

// Accepted lists every difference that is meant. TestDifferential fails for an
// entry that no request needs.
func Accepted() []Difference {
	return []Difference{
		{ID: "value-size", Fields: []string{"error"}, Applies: valueSize},
		{ID: "conflict-rollback", Fields: []string{"error"}, Applies: conflictRollback},
		{ID: "returning-before-last", Fields: []string{"error"}, Applies: returningBeforeLast},
		{ID: "deferred-foreign-key", Fields: []string{"error"}, Applies: deferredForeignKey},
		{ID: "statement-once", Fields: []string{"error"}, Applies: statementOnce},
		{ID: "locked-by-discarded", Fields: []string{"error"}, Applies: lockedByDiscarded},
		{ID: "explain-internals", Fields: []string{"rows"}, Applies: explainInternals},
		{ID: "explain-estimate", Fields: []string{"rows"}, Applies: explainEstimate},
		{ID: "view-columns", Fields: []string{"rows"}, Applies: viewColumns},
	}
}

// AcceptedAs gives the ID of the difference that explains diff, "" where none does.
func AcceptedAs(req Request, ours, theirs Answer, diff []string) string {
	for _, d := range Accepted() {
		within := !slices.ContainsFunc(diff, func(f string) bool { return !slices.Contains(d.Fields, f) })
		if within && d.Applies(req, ours, theirs) {
			return d.ID
		}
	}
	return ""
}

// lost reports whether the reference answers that its object broke.
func lost(theirs Answer) bool { return strings.HasPrefix(theirs.Error, "internal error; reference = ") }

// valueSize: D1 documents 2 MB as the largest value; workerd's engine takes more.
func valueSize(_ Request, ours, theirs Answer) bool {
	return strings.HasPrefix(ours.Error, "string or blob too big") && theirs.Error != ours.Error
}

// conflictRollback: workerd loses its object where a conflict is to be resolved by ROLLBACK.
func conflictRollback(_ Request, ours, theirs Answer) bool {
	return lost(theirs) && strings.Contains(ours.Error, ": SQLITE_CONSTRAINT")
}

// returningFirst finds a RETURNING with another statement behind it.
var returningFirst = regexp.MustCompile(`(?is)\breturning\b.*;.*\w`)

// returningBeforeLast: workerd cannot go on after a statement with RETURNING that is not the last of its text.
func returningBeforeLast(req Request, _, theirs Answer) bool {
	return lost(theirs) && slices.ContainsFunc(req.Statements, func(st Statement) bool { return returningFirst.MatchString(st.SQL) })
}

// deferredForeignKey: a key still broken at the end of a request resets workerd's object, with a longer text.
func deferredForeignKey(_ Request, ours, theirs Answer) bool {
	return strings.HasPrefix(theirs.Error, "Durable Object was reset") && strings.HasSuffix(theirs.Error, ours.Error) &&
		strings.HasPrefix(ours.Error, "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT")
}

// statementOnce: workerd does not give back a kept statement that was refused
// for its number of parameters, and refuses the next use of its text.
func statementOnce(_ Request, ours, theirs Answer) bool {
	return theirs.Error == "A SQL prepared statement can only be executed once at a time." && ours.Error == d1.TextParamCount
}

// lockedByDiscarded: workerd leaves a read that is not the last of its text
// open, and later refuses to drop what it reads.
func lockedByDiscarded(req Request, _, theirs Answer) bool {
	return theirs.Error == "database table is locked: SQLITE_LOCKED" && req.HasSQL("drop ")
}

// internals are the instruction of EXPLAIN that carries the version of the
// schema, as an array or an object, and the address of a virtual table.
var internals = regexp.MustCompile(
	`"Transaction",\d+,\d+,\d+,"\d+"|"opcode":"Transaction","p1":\d+,"p2":\d+,"p3":\d+,"p4":"\d+"|"vtab:[0-9A-F]+"`)

// explainInternals: EXPLAIN shows what a connection counts, and where in memory things are.
func explainInternals(req Request, ours, theirs Answer) bool {
	return req.HasSQL("explain") && sameRows(ours, theirs, internals, "")
}

// estimate is the third column of EXPLAIN QUERY PLAN.
var estimate = regexp.MustCompile(`(\[\d+,\d+,)\d+`)

// explainEstimate: when the schema changes after ANALYZE, the connection that
// changed it plans with other estimates than one that reads it anew, as Dione's readers do.
func explainEstimate(req Request, ours, theirs Answer) bool {
	return req.HasSQL("explain query plan") && sameRows(ours, theirs, estimate, "$1")
}

// columnsOfView is the type and the number of columns of a view or a virtual table in PRAGMA table_list.
var columnsOfView = regexp.MustCompile(`("(?:view|virtual)",)\d+`)

// viewColumns: SQLite counts the columns of a view, or a virtual table, when a connection first looks
// at it. PRAGMA table_list does so too, until it meets a view that is broken.
func viewColumns(req Request, ours, theirs Answer) bool {
	return req.HasSQL("table_list") && sameRows(ours, theirs, columnsOfView, "$1")
}

// sameRows compares the rows of two answers with a pattern replaced.
func sameRows(ours, theirs Answer, pattern *regexp.Regexp, by string) bool {
	return slices.EqualFunc(ours.Outcomes, theirs.Outcomes, func(a, b Outcome) bool {
		return pattern.ReplaceAllString(a.Rows, by) == pattern.ReplaceAllString(b.Rows, by)
	})
}
