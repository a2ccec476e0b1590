// Package generate makes up requests from a seed: statements over a schema
// that grows and shrinks while they run, most of them valid, some spoiled on
// purpose. The same seed and the same answers give the same requests.
package generate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/dione-db/dione/integration"
)

// Generator makes one request after the other for one database. It keeps a
// model of the schema, which [Generator.Learn] moves on. One goroutine at a time.
type Generator struct {
	seed   uint64
	rng    *rand.Rand
	tables []*table
	named  []object // indexes and triggers
	serial int      // numbers names, so that they are new
	count  int      // requests made
	params []any    // of the statement being built
	// analyzed says that there are statistics: from then on tables are neither
	// altered nor indexed, because connections of SQLite disagree about the
	// estimates after that.
	analyzed bool
	// pending is what becomes of the model when the request succeeds.
	pending []func()
}

// New makes a generator for an empty database.
func New(seed uint64) *Generator {
	return &Generator{seed: seed, rng: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))} //nolint:gosec // it must be the same for the same seed
}

// Learn tells whether the reference accepted the last request.
func (g *Generator) Learn(accepted bool) {
	if accepted {
		for _, f := range g.pending {
			f()
		}
	}
	g.pending = nil
}

// Next makes a request. The one before must have been learned.
func (g *Generator) Next() integration.Request {
	g.count++
	req := g.request()
	req.Fresh = g.count == 1
	req.Source = fmt.Sprintf("seed %d request %d", g.seed, g.count)
	req.Objects = g.chance(15)
	return req
}

func (g *Generator) request() integration.Request {
	if len(g.tables) < 2 {
		return g.one(g.createTable)
	}
	switch {
	case g.count > 6 && g.chance(10):
		return g.spoiled()
	case g.chance(6):
		return g.batch()
	case g.chance(3):
		return g.script()
	case g.chance(2):
		return g.decorated()
	}
	return g.one(g.pick())
}

// pick chooses what kind of statement comes next.
func (g *Generator) pick() func() string {
	kinds := []struct {
		weight int
		make   func() string
	}{
		{3, g.createTable},
		{2, g.createVirtual},
		{4, g.createIndex},
		{2, g.createView},
		{2, g.createTrigger},
		{3, g.alterTable},
		{1, g.dropSomething},
		{22, g.insert},
		{4, g.insertVirtual},
		{10, g.update},
		{5, g.delete},
		{34, g.query},
		{4, g.queryVirtual},
		{3, g.queryValues},
		{3, g.pragma},
		{1, g.maintenance},
	}
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	n := g.rng.IntN(total)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			return k.make
		}
	}
	return g.query
}

// one makes the request of a single statement.
func (g *Generator) one(build func() string) integration.Request {
	g.params = nil
	sql := build()
	return integration.One(sql, g.params...)
}

// batch makes several statements in one request, now and then with one that fails.
func (g *Generator) batch() integration.Request {
	var req integration.Request
	for range 1 + g.rng.IntN(5) {
		if g.chance(4) {
			req.Statements = append(req.Statements, g.spoiled().Statements...)
			continue
		}
		req.Statements = append(req.Statements, g.one(g.pick()).Statements...)
	}
	return req
}

// script puts several statements into one text; only the last has parameters.
func (g *Generator) script() integration.Request {
	var parts []string
	for range g.rng.IntN(3) {
		// The reference does not close a statement that still has rows, which shows much later.
		if st := g.one(g.pick()).Statements[0]; !givesRows(st.SQL) && (len(st.Params) == 0 || g.chance(10)) {
			parts = append(parts, st.SQL)
		}
	}
	last := g.one(g.pick()).Statements[0]
	parts = append(parts, last.SQL)
	return integration.One(strings.Join(parts, g.one1("; ", ";", ";\n", " ; -- next\n")), last.Params...)
}

// givesRows reports whether a statement has rows to give.
func givesRows(sql string) bool {
	verb, _, _ := strings.Cut(sql, " ")
	return slices.Contains([]string{"SELECT", "VALUES", "WITH", "PRAGMA", "EXPLAIN"}, verb) || strings.Contains(sql, " RETURNING ")
}

// decorated puts comments, spaces and semicolons around a statement.
func (g *Generator) decorated() integration.Request {
	req := g.one(g.pick())
	st := &req.Statements[0]
	st.SQL = g.one1("", " ", "\n\t", "/* a */ ", "-- b\n", ";") + st.SQL +
		g.one1("", ";", " ; ", ";;", " -- c", "; /* d */", "\n;\n-- e\n", "/* f", "; -- 'g")
	return req
}

// chance is true in percent of 100 cases.
func (g *Generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

// one1 chooses one of the texts.
func (g *Generator) one1(list ...string) string { return list[g.rng.IntN(len(list))] }

// list joins n made texts with commas.
func (g *Generator) list(n int, build func() string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(build())
	}
	return b.String()
}

// maybe gives the text in percent of 100 cases.
func (g *Generator) maybe(percent int, build func() string) string {
	if g.chance(percent) {
		return build()
	}
	return ""
}

// name makes a name that was not used yet.
func (g *Generator) name(prefix string) string {
	g.serial++
	return fmt.Sprintf("%s%d", prefix, g.serial)
}

// learn notes what becomes of the model when the request succeeds.
func (g *Generator) learn(f func()) { g.pending = append(g.pending, f) }
