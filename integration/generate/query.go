package generate

import (
	"fmt"
	"strings"
)

// query makes a SELECT of any form.
func (g *Generator) query() string {
	switch g.rng.IntN(12) {
	case 0:
		return g.compound()
	case 1:
		return g.recursive()
	case 2:
		return g.common()
	case 3:
		return g.windowed()
	case 4, 5:
		return g.grouped()
	case 6, 7, 8:
		return g.join()
	}
	t := g.some(plain, noRowid, view)
	if t == nil {
		return g.createTable()
	}
	s := scope{{"", t}}
	return "SELECT " + g.maybe(10, text("DISTINCT ")) + g.results(s) + " FROM " + t.name + g.indexHint() +
		g.maybe(70, func() string { return g.where(t, s) }) + g.order(s)
}

func (g *Generator) indexHint() string { return g.maybe(3, text(" NOT INDEXED")) }

func (g *Generator) results(s scope) string {
	if g.chance(35) {
		return "*"
	}
	return g.list(1+g.rng.IntN(3), func() string {
		return g.expr(s, g.rng.IntN(3)) + g.maybe(25, func() string { return " AS " + g.one1("x", "y", "\"a b\"", "[z]", "'q'", "`7`") })
	})
}

func (g *Generator) order(s scope) string {
	return g.maybe(50, func() string {
		return " ORDER BY " + g.list(1+g.rng.IntN(2), func() string {
			return g.one1(g.ref(s), g.ref(s), "1", "lower("+g.ref(s)+")") + g.maybe(30, text(" DESC")) +
				g.maybe(8, func() string { return " NULLS " + g.one1("FIRST", "LAST") })
		})
	}) + g.maybe(30, func() string {
		limit := fmt.Sprint(g.rng.IntN(8))
		if g.chance(30) {
			limit = g.param()
		}
		return " LIMIT " + limit + g.maybe(30, text(" OFFSET 1"))
	})
}

// join makes a SELECT over two or three tables.
func (g *Generator) join() string {
	var (
		s    scope
		from strings.Builder
	)
	for i := range 2 + g.rng.IntN(2) {
		t := g.some(plain, noRowid, view)
		if t == nil {
			return g.createTable()
		}
		alias := string(rune('a' + i))
		if i > 0 {
			from.WriteString(g.one1(" JOIN ", " JOIN ", " LEFT JOIN ", " CROSS JOIN ", " INNER JOIN ", " RIGHT JOIN ", " FULL JOIN "))
		}
		from.WriteString(t.name + " AS " + alias)
		s = append(s, source{alias, t})
		if i > 0 {
			fmt.Fprintf(&from, " ON %s.%s = %s", alias, g.column(t.cols).name, g.ref(s[:i]))
		}
	}
	list := g.list(1+g.rng.IntN(4), func() string { return g.expr(s, g.rng.IntN(2)) })
	return "SELECT " + list + " FROM " + from.String() +
		g.maybe(60, func() string { return " WHERE " + g.comparison(s, 1) }) + g.order(s) + " LIMIT 40"
}

// grouped makes a SELECT with aggregates.
func (g *Generator) grouped() string {
	t := g.some(plain, noRowid, view)
	if t == nil {
		return g.createTable()
	}
	s := scope{{"", t}}
	by := g.ref(s)
	list := g.list(1+g.rng.IntN(3), func() string { return g.aggregate(s) })
	if g.chance(40) {
		return "SELECT " + list + " FROM " + t.name + g.maybe(50, func() string { return g.where(t, s) })
	}
	return "SELECT " + by + ", " + list + " FROM " + t.name + g.maybe(40, func() string { return g.where(t, s) }) +
		" GROUP BY " + by + g.maybe(30, func() string { return " HAVING count(*) > " + fmt.Sprint(g.rng.IntN(3)) }) +
		g.maybe(40, text(" ORDER BY 1, 2"))
}

// windowed makes a SELECT with window functions.
func (g *Generator) windowed() string {
	t := g.some(plain, noRowid, view)
	if t == nil {
		return g.createTable()
	}
	s := scope{{"", t}}
	return "SELECT " + g.ref(s) + ", " + g.list(1+g.rng.IntN(2), func() string { return g.window(s) }) + " FROM " + t.name +
		g.maybe(40, func() string { return g.where(t, s) }) + g.maybe(50, text(" ORDER BY 1"))
}

// compound makes UNION, INTERSECT and EXCEPT, up to one term too many.
func (g *Generator) compound() string {
	cols := 1 + g.rng.IntN(2)
	term := func() string {
		t := g.some(plain, noRowid, view)
		if t == nil {
			return "VALUES (" + g.list(cols, g.literal) + ")"
		}
		s := scope{{"", t}}
		return "SELECT " + g.list(cols, func() string { return g.ref(s) }) + " FROM " + t.name + g.maybe(50, func() string { return g.where(t, s) })
	}
	var sql strings.Builder
	sql.WriteString(term())
	for range 1 + g.rng.IntN(3) + g.rng.IntN(3)/2*g.rng.IntN(3) {
		sql.WriteString(g.one1(" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "))
		sql.WriteString(term())
	}
	return sql.String() + g.maybe(50, text(" ORDER BY 1")) + g.maybe(30, text(" LIMIT 10"))
}

// recursive makes a recursive common table expression.
func (g *Generator) recursive() string {
	n := 2 + g.rng.IntN(40)
	switch g.rng.IntN(3) {
	case 0:
		return fmt.Sprintf("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < %d) SELECT %s FROM r", n,
			g.one1("count(*), sum(n)", "n", "group_concat(n)", "max(n), avg(n * 1.5)"))
	case 1:
		return fmt.Sprintf("WITH RECURSIVE f(a, b) AS (VALUES (0, 1) UNION ALL SELECT b, a + b FROM f LIMIT %d) SELECT a FROM f ORDER BY a DESC", n)
	}
	t := g.some(plain)
	if t == nil {
		return g.createTable()
	}
	c := t.cols[0].name
	return fmt.Sprintf("WITH RECURSIVE w(x, depth) AS (SELECT %s, 0 FROM %s WHERE %s < 20 UNION SELECT t.%s, w.depth + 1 FROM %s AS t JOIN w ON t.%s = w.x + 1 WHERE w.depth < 5) SELECT * FROM w",
		c, t.name, c, c, t.name, c)
}

// common makes a SELECT over ordinary common table expressions.
func (g *Generator) common() string {
	t := g.some(plain, noRowid, view)
	if t == nil {
		return g.createTable()
	}
	s := scope{{"", t}}
	inner := &table{shape: view, cols: []column{{name: "x"}, {name: "y"}}}
	hint := g.one1("", " MATERIALIZED", " NOT MATERIALIZED")
	body := "WITH c(x, y) AS" + hint + " (SELECT " + g.expr(s, 1) + ", " + g.ref(s) + " FROM " + t.name + ") "
	if g.chance(50) {
		return body + "SELECT " + g.results(scope{{"", inner}}) + " FROM c WHERE " + g.comparison(scope{{"", inner}}, 1)
	}
	return body + "SELECT c.x, d.y FROM c JOIN c AS d ON c.x = d.y ORDER BY 1, 2 LIMIT 30"
}

// queryValues makes statements that touch no table, or a table-valued function.
func (g *Generator) queryValues() string {
	switch g.rng.IntN(4) {
	case 0:
		return "VALUES (" + g.list(3, func() string { return g.expr(nil, 1) }) + "), (" + g.list(3, g.literal) + ")"
	case 1:
		return "SELECT key, value, type, atom, fullkey, path FROM " + g.one1("json_each", "json_tree") +
			g.one1("('[1,\"a\",null,{\"b\":[true,2.5]}]')", "('{\"a\":1,\"b\":[1,2]}', '$.b')", "('{\"k\":\"v\"}')", "('5')", "('not json')")
	case 2:
		return "SELECT value, count(*) FROM json_each('[1,2,2,3]') GROUP BY value HAVING value > " + g.param()
	}
	return "SELECT " + g.list(1+g.rng.IntN(4), func() string { return g.expr(nil, 2) })
}
