package integration_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/dione-db/dione/integration"
)

// comparison asks us and the references the same requests, in order.
type comparison struct {
	t               *testing.T
	ours, reference *target
	raw             *target // nil where it was checked already
	// database names the databases of this comparison; it counts up.
	database   int
	statements int
	accepted   map[string]int // how often each accepted difference was met
	findings   int            // differences that are not accepted
	reported   map[string]int // findings of one kind, so that one bug does not fill the log
}

// maxReports bounds how many findings of one kind are told in full.
const maxReports = 4

func newComparison(t *testing.T, ours, reference, raw *target) *comparison {
	return &comparison{t: t, ours: ours, reference: reference, raw: raw, accepted: map[string]int{}, reported: map[string]int{}}
}

// verdict is what comparing one request came to.
type verdict struct {
	ours, theirs integration.Answer
	diff         []string // fields that differ and may not
	err          error    // a side did not answer as the protocol says
	// over says that the sides are no longer in the same state, for an accepted
	// reason, so that nothing can be learned from this database any more.
	over bool
}

func (v verdict) bad() bool { return v.err != nil || len(v.diff) > 0 }

func (c *comparison) fresh() string {
	c.database++
	return fmt.Sprintf("%s-%d", strings.NewReplacer("/", "-", ".", "-").Replace(c.t.Name()), c.database)
}

// ask sends the request to every side at once and compares.
func (c *comparison) ask(database string, req integration.Request) verdict {
	var (
		wg           sync.WaitGroup
		v            verdict
		ourErr, rErr error
		bare         integration.Answer
		bareErr      error
	)
	trimmed, asked := trim(req)
	wg.Go(func() { v.theirs, rErr = c.reference.ask(database, req) })
	if c.raw != nil && asked {
		wg.Go(func() { bare, bareErr = c.raw.ask(database, trimmed) })
	}
	v.ours, ourErr = c.ours.ask(database, req)
	wg.Wait()
	if integration.Broken(v.theirs) {
		bareErr, asked = nil, false // the bare engine dies of it with a page that is no JSON
	}
	for _, err := range []error{rErr, bareErr, ourErr} {
		if err != nil {
			v.err = err
			return v
		}
	}
	if c.raw != nil && asked {
		// The engine knows nothing of row objects; the answers are compared as far as both go.
		d := integration.Compare(withoutRows(bare), withoutRows(v.theirs))
		if slices.Contains(d, "last_row_id") && randomRowID(v.theirs) {
			v.over = true
			return v
		}
		if len(d) > 0 {
			v.err = fmt.Errorf("the references disagree in %s: built-in %v, raw %v", strings.Join(d, ", "), v.theirs, bare)
			return v
		}
	}
	v.diff = integration.Compare(v.ours, v.theirs)
	if len(v.diff) > 0 {
		if id := integration.AcceptedAs(req, v.ours, v.theirs, v.diff); id != "" {
			c.accepted[id]++
			v.diff, v.over = nil, v.ours.Failed() != v.theirs.Failed() || integration.Broken(v.theirs)
		}
	}
	return v
}

// randomRowID reports whether SQLite made up a rowid, as it does once the largest is taken.
func randomRowID(a integration.Answer) bool {
	return slices.ContainsFunc(a.Outcomes, func(o integration.Outcome) bool {
		return o.Meta.LastRowID != nil && *o.Meta.LastRowID > 1<<53
	})
}

func withoutRows(a integration.Answer) integration.Answer {
	a.Outcomes = slices.Clone(a.Outcomes)
	for i := range a.Outcomes {
		a.Outcomes[i].Columns, a.Outcomes[i].Rows = "", ""
	}
	return a
}

// list compares requests written down beforehand and goes on after a difference.
func (c *comparison) list(reqs []integration.Request) {
	c.t.Helper()
	var (
		database string
		history  []integration.Request
	)
	for i, req := range reqs {
		if i == 0 || req.Fresh {
			database, history = c.fresh(), nil
		}
		c.statements += len(req.Statements)
		history = append(history, req)
		if v := c.ask(database, req); v.bad() {
			c.report(v, history[max(0, len(history)-3):])
		}
	}
}

// report tells of a difference as a list that can be pasted into a corpus file.
func (c *comparison) report(v verdict, history []integration.Request) {
	c.t.Helper()
	c.findings++
	last := history[len(history)-1]
	kind := strings.Join(v.diff, " ")
	if v.err != nil {
		kind = "protocol"
	}
	if c.reported[kind]++; c.reported[kind] > maxReports && !*verbose {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: differs in %s\n", last.Source, kind)
	for _, req := range history {
		fmt.Fprintf(&b, "  %.2000s\n", req)
	}
	if v.err != nil {
		fmt.Fprintf(&b, "  %v", v.err)
	} else {
		fmt.Fprintf(&b, "  ours:   %v\n  theirs: %v", v.ours, v.theirs)
	}
	c.t.Error(b.String())
}

// minimise looks for a short list of requests that still ends in a difference.
func (c *comparison) minimise(history []integration.Request) []integration.Request {
	last := history[len(history)-1]
	rest := history[:len(history)-1]
	fails := func(list []integration.Request) bool {
		database := c.fresh()
		for _, req := range list {
			c.ask(database, req)
		}
		return c.ask(database, last).bad()
	}
	const attempts = 80
	for size, tries := (len(rest)+1)/2, 0; size >= 1 && tries < attempts; {
		removed := false
		for at := 0; at < len(rest) && tries < attempts; tries++ {
			shorter := slices.Concat(rest[:at], rest[min(len(rest), at+size):])
			if fails(shorter) {
				rest, removed = shorter, true
			} else {
				at += size
			}
		}
		if !removed || size > len(rest) {
			size /= 2
		}
	}
	list := append(slices.Clone(rest), last)
	list[0].Fresh = true
	return list
}

// trim cuts the texts where the built-in server cuts them, so that the bare
// engine is asked for the same; false when nothing is left.
func trim(req integration.Request) (integration.Request, bool) {
	var kept []integration.Statement
	for _, st := range req.Statements {
		if end := lastStatementEnd(st.SQL); end > 0 {
			st.SQL = st.SQL[:end]
			kept = append(kept, st)
		}
	}
	req.Statements = kept
	return req, len(kept) > 0
}

func lastStatementEnd(sql string) int {
	last := 0
	skip := func(from int, until string) int {
		if i := strings.Index(sql[min(from, len(sql)):], until); i >= 0 {
			return from + i + len(until)
		}
		return -1
	}
	for i := 0; i < len(sql); {
		var next int
		switch rest := sql[i:]; {
		case strings.HasPrefix(rest, "--"):
			next = skip(i, "\n")
		case strings.HasPrefix(rest, "/*"):
			next = skip(i+2, "*/")
		case strings.ContainsRune("'\"`[", rune(sql[i])):
			quote := sql[i : i+1]
			if quote == "[" {
				quote = "]"
			}
			if next = skip(i+1, quote); next < 0 {
				return len(sql)
			}
			last = next
		default:
			r := []rune(rest[:min(len(rest), 4)])[0]
			next = i + max(1, len(string(r)))
			if !isSpace(r) && r != ';' {
				last = min(next, len(sql))
			}
		}
		if next < 0 {
			break
		}
		i = next
	}
	return last
}

// isSpace is JavaScript's idea of a space.
func isSpace(r rune) bool { return r == '\uFEFF' || r != '\u0085' && unicode.IsSpace(r) }
