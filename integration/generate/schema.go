package generate

import "slices"

// shape is what a table is made of.
type shape int

const (
	plain   shape = iota
	noRowid       // WITHOUT ROWID
	view
	fts
	rtree
)

// table is what the generator knows of a table, view or virtual table.
type table struct {
	name   string
	shape  shape
	strict bool
	cols   []column
}

type column struct {
	name      string
	typ       string // declared type, "" for none
	key       bool   // (part of) the primary key
	generated bool
	unique    bool
}

// object is an index or a trigger.
type object struct {
	kind, name, table string
}

// writable gives the columns that an INSERT may name.
func (t *table) writable() []column {
	return slices.DeleteFunc(slices.Clone(t.cols), func(c column) bool { return c.generated })
}

// some chooses a table of one of the shapes; nil where there is none.
func (g *Generator) some(shapes ...shape) *table {
	var fit []*table
	for _, t := range g.tables {
		if slices.Contains(shapes, t.shape) {
			fit = append(fit, t)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[g.rng.IntN(len(fit))]
}

// forget takes a table and what hangs on it out of the model.
func (g *Generator) forget(name string) {
	g.tables = slices.DeleteFunc(g.tables, func(t *table) bool { return t.name == name })
	g.named = slices.DeleteFunc(g.named, func(o object) bool { return o.table == name })
}

func (g *Generator) column(cols []column) column { return cols[g.rng.IntN(len(cols))] }
