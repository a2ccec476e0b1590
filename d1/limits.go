package d1

import "time"

// Limits bounds what one request may ask for. The zero value of a field means
// no limit of ours (SQLite's own remains).
type Limits struct {
	SQLBytes      int           // length of one statement, in bytes
	Parameters    int           // bound parameters of a statement, and the highest number in "?N"
	Columns       int           // columns of a table or a result
	ValueBytes    int           // bytes of one text, blob or row
	ExprDepth     int           // depth of an expression
	CompoundTerms int           // terms of a compound SELECT
	VdbeOps       int           // instructions of a statement's program
	FunctionArgs  int           // arguments of a function
	PatternBytes  int           // bytes of a LIKE or GLOB pattern
	TriggerDepth  int           // depth of recursion of triggers
	QueryTime     time.Duration // run time of one request, waiting aside
	DatabaseBytes int64         // size of a database's file
	ResultBytes   int64         // bytes of one statement's rows as JSON
}

// Cloudflare gives the limits of D1: those of the engine in workerd and, where
// D1's documentation is stricter than that engine (a value has at most 2 MB),
// the documented ones.
func Cloudflare() Limits {
	return Limits{
		SQLBytes:      100_000,
		Parameters:    100,
		Columns:       100,
		ValueBytes:    2_000_000,
		ExprDepth:     100,
		CompoundTerms: 5,
		VdbeOps:       250_000, // in workerd's source 25,000; its engine runs programs far beyond that
		FunctionArgs:  127,
		PatternBytes:  50,
		TriggerDepth:  10,
		QueryTime:     30 * time.Second,
		DatabaseBytes: 10_000_000_000,
		ResultBytes:   256 << 20,
	}
}
