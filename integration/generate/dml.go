package generate

import (
	"fmt"
	"strings"
)

// insert makes an INSERT of any form.
func (g *Generator) insert() string {
	t := g.some(plain, noRowid)
	if t == nil {
		return g.createTable()
	}
	verb := g.one1("INSERT", "INSERT", "INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE", "INSERT OR FAIL", "INSERT OR ABORT")
	cols := t.writable()
	if len(cols) > 1 && t.cols[0].name == "id" && g.chance(60) {
		cols = cols[1:]
	}
	if len(cols) > 2 && g.chance(30) {
		cols = cols[:len(cols)-1]
	}
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.name
	}
	head := fmt.Sprintf("%s INTO %s(%s) ", verb, t.name, strings.Join(names, ", "))
	if g.chance(3) {
		return verb + " INTO " + t.name + " DEFAULT VALUES" + g.returning(t)
	}
	if from := g.some(plain, noRowid, view); from != nil && g.chance(10) {
		s := scope{{"", from}}
		body := "SELECT " + g.list(len(cols), func() string { return g.expr(s, 1) }) + " FROM " + from.name
		return head + body + " WHERE true ORDER BY " + fmt.Sprint(1+g.rng.IntN(len(cols))) + " LIMIT 8" + g.upsert(t, cols) + g.returning(t)
	}
	if g.chance(5) {
		i := 0
		return "WITH RECURSIVE seq(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM seq WHERE i < " + fmt.Sprint(2+g.rng.IntN(20)) + ") " + head +
			"SELECT " + g.list(len(cols), func() string { i++; return g.one1("i", "i * 3 % 7", "'w' || i", "NULL", "i + 0.5", fmt.Sprint(i)) }) + " FROM seq"
	}
	rows := g.list(1+g.rng.IntN(4), func() string {
		i := -1
		return "(" + g.list(len(cols), func() string { i++; return g.value(t, cols[i]) }) + ")"
	})
	return head + "VALUES " + rows + g.upsert(t, cols) + g.returning(t)
}

// value makes a value that mostly fits the column.
func (g *Generator) value(t *table, c column) string {
	switch {
	case c.key && g.chance(80):
		if strings.Contains(c.typ, "INT") || c.typ == "NUMERIC" {
			return fmt.Sprint(g.rng.IntN(400))
		}
		return fmt.Sprintf("'k%d'", g.rng.IntN(300))
	case t.strict && g.chance(90):
		switch c.typ {
		case "INT", "INTEGER":
			return fmt.Sprint(g.rng.IntN(50))
		case "REAL":
			return fmt.Sprintf("%d.5", g.rng.IntN(50))
		case "TEXT":
			return "'" + g.word() + "'"
		case "BLOB":
			return "x'0102'"
		}
	case g.chance(25):
		return g.param()
	}
	if g.chance(8) {
		return g.expr(nil, 1)
	}
	return g.literal()
}

// upsert adds an ON CONFLICT clause now and then.
func (g *Generator) upsert(t *table, cols []column) string {
	if !g.chance(12) {
		return ""
	}
	target := ""
	if t.cols[0].name != "k1" && g.chance(80) {
		target = "(" + t.cols[0].name + ") "
	}
	if g.chance(40) {
		return " ON CONFLICT " + target + "DO NOTHING"
	}
	c := g.column(cols).name
	return " ON CONFLICT " + target + "DO UPDATE SET " + c + " = " + g.one1("excluded."+c, t.name+"."+c+" || '+'", "coalesce(excluded."+c+", 1)") +
		g.maybe(20, func() string { return " WHERE excluded." + c + " IS NOT NULL" })
}

func (g *Generator) returning(t *table) string {
	if !g.chance(12) {
		return ""
	}
	return " RETURNING " + g.one1("*", t.cols[0].name, t.cols[0].name+" AS x, typeof("+g.column(t.cols).name+")")
}

// where makes a condition that often goes through the key or an index.
func (g *Generator) where(t *table, s scope) string {
	switch g.rng.IntN(5) {
	case 0:
		return fmt.Sprintf(" WHERE %s = %d", t.cols[0].name, g.rng.IntN(300))
	case 1:
		return fmt.Sprintf(" WHERE %s > %d", t.cols[0].name, g.rng.IntN(300))
	case 2:
		return fmt.Sprintf(" WHERE %s IN (%s)", t.cols[0].name, g.list(3, func() string { return fmt.Sprint(g.rng.IntN(200)) }))
	}
	return " WHERE " + g.comparison(s, 1)
}

// update makes an UPDATE, also with FROM, LIMIT and RETURNING.
func (g *Generator) update() string {
	t := g.some(plain, noRowid)
	if t == nil {
		return g.createTable()
	}
	s := scope{{"", t}}
	cols := t.writable()
	verb := "UPDATE " + g.one1("", "", "", "OR IGNORE ", "OR REPLACE ", "OR FAIL ") + t.name
	set := func() string {
		c := g.column(cols)
		if t.strict {
			return c.name + " = " + g.value(t, c)
		}
		return c.name + " = " + g.expr(s, 1)
	}
	if other := g.some(plain, noRowid); other != t && !t.strict && g.chance(10) {
		return fmt.Sprintf("%s SET %s = o.%s FROM %s AS o WHERE o.%s = %s.%s", verb, g.column(cols).name, g.column(other.cols).name,
			other.name, other.cols[0].name, t.name, t.cols[0].name)
	}
	head := verb + " SET " + g.list(1+g.rng.IntN(2), set)
	tail := g.maybe(80, func() string { return g.where(t, s) })
	if g.chance(12) {
		return head + tail + g.maybe(50, text(" ORDER BY "+t.cols[0].name)) + fmt.Sprintf(" LIMIT %d", g.rng.IntN(4)) +
			g.maybe(30, text(" OFFSET 1"))
	}
	return head + tail + g.returning(t)
}

// delete makes a DELETE, also with LIMIT, RETURNING and of a whole table.
func (g *Generator) delete() string {
	t := g.some(plain, noRowid)
	if t == nil {
		return g.createTable()
	}
	head := "DELETE FROM " + t.name
	if g.chance(12) {
		return head
	}
	tail := g.where(t, scope{{"", t}})
	if g.chance(20) {
		return head + tail + g.maybe(50, text(" ORDER BY "+t.cols[0].name+" DESC")) + fmt.Sprintf(" LIMIT %d", g.rng.IntN(4))
	}
	return head + tail + g.returning(t)
}
