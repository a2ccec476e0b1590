package integration

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dione-db/dione/d1"
)

// Difference is one way in which our answer may differ from the reference's.
// Its ID stands in docs/reference/differences.md, its reason too.
type Difference struct {
	ID     string
	Reason string
	// Fields are those that may differ, nothing else.
	Fields []string
	// Applies says whether the difference explains these answers. It is as narrow as it can be.
	Applies func(req Request, ours, theirs Answer) bool
}

// Accepted lists every difference that is meant.
func Accepted() []Difference {
	return []Difference{
		{
			ID:     "value-size",
			Reason: "D1 documents 2 MB as the largest value; workerd's engine takes more.",
			Fields: []string{"error"},
			Applies: func(_ Request, ours, theirs Answer) bool {
				return strings.HasPrefix(ours.Error, "string or blob too big") && theirs.Error != ours.Error
			},
		},
		{
			ID:     "conflict-rollback",
			Reason: "Where a conflict is to be resolved by ROLLBACK, workerd loses its object; Dione undoes the request and gives SQLite's error.",
			Fields: []string{"error"},
			Applies: func(_ Request, ours, theirs Answer) bool {
				return strings.HasPrefix(theirs.Error, "internal error; reference = ") && strings.Contains(ours.Error, ": SQLITE_CONSTRAINT")
			},
		},
		{
			ID:     "returning-before-last",
			Reason: "workerd cannot go on after a statement with RETURNING that is not the last of its text; Dione discards its rows.",
			Fields: []string{"error"},
			Applies: func(req Request, _, theirs Answer) bool {
				return strings.HasPrefix(theirs.Error, "internal error; reference = ") && slices.ContainsFunc(req.Statements, func(st Statement) bool {
					return returningFirst.MatchString(st.SQL)
				})
			},
		},
		{
			ID:     "deferred-foreign-key",
			Reason: "A foreign key still broken at the end of a request resets workerd's object; Dione undoes the request and gives SQLite's error.",
			Fields: []string{"error"},
			Applies: func(_ Request, ours, theirs Answer) bool {
				return strings.HasPrefix(theirs.Error, "Durable Object was reset") && strings.HasSuffix(theirs.Error, ours.Error) &&
					strings.HasPrefix(ours.Error, "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT")
			},
		},
		{
			ID:     "statement-once",
			Reason: "workerd forgets to give back a kept statement that was refused for its number of parameters, and refuses the next use of its text.",
			Fields: []string{"error"},
			Applies: func(_ Request, ours, theirs Answer) bool {
				return theirs.Error == "A SQL prepared statement can only be executed once at a time." && ours.Error == d1.TextParamCount
			},
		},
		{
			ID:     "locked-by-discarded",
			Reason: "workerd leaves a read that is not the last of its text open, and later refuses to drop what it reads; Dione closes it.",
			Fields: []string{"error"},
			Applies: func(req Request, ours, theirs Answer) bool {
				return theirs.Error == "database table is locked: SQLITE_LOCKED" && !ours.Failed() && req.HasSQL("drop ")
			},
		},
		{
			ID:     "explain-internals",
			Reason: "EXPLAIN shows the schema's version and generation, which count what a connection did before, and addresses in memory.",
			Fields: []string{"rows"},
			Applies: func(req Request, ours, theirs Answer) bool {
				return req.HasSQL("explain") && slices.EqualFunc(ours.Outcomes, theirs.Outcomes, func(a, b Outcome) bool {
					return internals.ReplaceAllString(a.Rows, "") == internals.ReplaceAllString(b.Rows, "")
				})
			},
		},
		{
			ID:     "explain-estimate",
			Reason: "When the schema changes after ANALYZE, the connection that changed it plans with other estimates than one that reads it anew, as Dione's readers do.",
			Fields: []string{"rows"},
			Applies: func(req Request, ours, theirs Answer) bool {
				return req.HasSQL("explain query plan") && slices.EqualFunc(ours.Outcomes, theirs.Outcomes, func(a, b Outcome) bool {
					return estimate.ReplaceAllString(a.Rows, "$1") == estimate.ReplaceAllString(b.Rows, "$1")
				})
			},
		},
	}
}

// returningFirst finds a RETURNING with another statement behind it.
var returningFirst = regexp.MustCompile(`(?is)\breturning\b.*;.*\w`)

// estimate is the third column of EXPLAIN QUERY PLAN.
var estimate = regexp.MustCompile(`(\[\d+,\d+,)\d+`)

// internals are the instruction of EXPLAIN that carries the version of the
// schema, as an array or an object, and the address of a virtual table.
var internals = regexp.MustCompile(`"Transaction",\d+,\d+,\d+,"\d+"|"opcode":"Transaction","p1":\d+,"p2":\d+,"p3":\d+,"p4":"\d+"|"vtab:[0-9A-F]+"`)

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
