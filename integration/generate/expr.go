package generate

import (
	"fmt"
	"strings"
)

// scope is what an expression may name.
type scope []source

type source struct {
	alias string // "" where columns are named bare
	table *table
}

// ref names a column in scope.
func (g *Generator) ref(s scope) string {
	if len(s) == 0 {
		return g.literal()
	}
	from := s[g.rng.IntN(len(s))]
	if from.table.shape == plain && g.chance(4) {
		return strings.TrimPrefix(from.alias+".rowid", ".")
	}
	return strings.TrimPrefix(from.alias+"."+g.column(from.table.cols).name, ".")
}

// literal makes a constant, the odd ones of every type included.
func (g *Generator) literal() string {
	switch g.rng.IntN(12) {
	case 0:
		return g.one1("NULL", "TRUE", "FALSE", "''", "x''", "0", "-1")
	case 1:
		return g.one1("9223372036854775807", "-9223372036854775808", "9007199254740993", "2147483648", "0x7f", "1e300", "-1.5e-7",
			"9e999", "1e21", "123456789.125", "0.1", "-0.0", "9223372036854775808")
	case 2:
		return g.one1("x'00ff'", "x'616263'", "zeroblob(3)", "x'f09f9880'")
	case 3:
		return g.one1("'héllo'", "'😀'", "'a''b'", "'1.0'", "' 12x'", "'-5'", "'abc'||char(0)||'d'", "'2024-02-29'", "'{\"a\":1}'", "'[1,2]'")
	case 4, 5:
		return fmt.Sprintf("'%s'", g.word())
	case 6:
		return fmt.Sprintf("%d.%d", g.rng.IntN(20), g.rng.IntN(100))
	}
	return fmt.Sprint(g.rng.IntN(30) - 3)
}

func (g *Generator) word() string {
	return g.one1("alpha", "Beta", "gamma", "delta", "x", "yy", "Zed", "foo bar", "one two three", "hello world", "abc", "ABC")
}

// param binds a value and gives its placeholder.
func (g *Generator) param() string {
	var v any
	switch g.rng.IntN(10) {
	case 0:
		v = nil
	case 1:
		v = []any{0.0, 1.0, 255.0}[:g.rng.IntN(4)]
	case 2:
		v = []any{1.5, -0.5, 1e21, 1e-7, 9007199254740993.0, 255.0, 2147483648.0}[g.rng.IntN(7)]
	case 3, 4, 5:
		v = g.word()
	default:
		v = float64(g.rng.IntN(30) - 2)
	}
	g.params = append(g.params, v)
	if len(g.params) > 90 {
		return "NULL"
	}
	switch g.rng.IntN(6) {
	case 0:
		return fmt.Sprintf("?%d", len(g.params))
	case 1:
		return fmt.Sprintf("%sp%d", g.one1(":", "@", "$"), len(g.params))
	}
	return "?"
}

// constant makes an expression without parameters, for schemas.
func (g *Generator) constant(s scope, depth int) string {
	before := len(g.params)
	for range 20 {
		if e := g.expr(s, depth); len(g.params) == before && !strings.Contains(e, "SELECT") {
			return e
		}
		g.params = g.params[:before]
	}
	return g.ref(s)
}

// expr makes an expression over what is in scope.
func (g *Generator) expr(s scope, depth int) string {
	if depth <= 0 {
		switch {
		case g.chance(55):
			return g.ref(s)
		case g.chance(20):
			return g.param()
		}
		return g.literal()
	}
	d := depth - 1
	switch g.rng.IntN(16) {
	case 0, 1:
		return g.expr(s, d) + g.one1(" + ", " - ", " * ", " / ", " % ", " || ", " & ", " | ", " << ", " >> ") + g.expr(s, d)
	case 2, 3:
		return g.comparison(s, d)
	case 4:
		return g.one1("-", "+", "~", "NOT ") + "(" + g.expr(s, d) + ")"
	case 5:
		return "CAST(" + g.expr(s, d) + " AS " + g.one1("INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC") + ")"
	case 6:
		return "CASE WHEN " + g.comparison(s, d) + " THEN " + g.expr(s, d) + " ELSE " + g.expr(s, d) + " END"
	case 7, 8, 9, 10:
		return g.call(s, d)
	case 11:
		return "(" + g.comparison(s, d) + g.one1(" AND ", " OR ") + g.comparison(s, d) + ")"
	case 12:
		if depth > 1 {
			return g.subquery(s)
		}
	}
	return g.expr(s, 0)
}

func (g *Generator) comparison(s scope, d int) string {
	left := g.expr(s, d)
	switch g.rng.IntN(10) {
	case 0:
		return left + g.one1(" IS NULL", " IS NOT NULL", " ISNULL", " NOTNULL")
	case 1:
		return left + g.one1(" IN (", " NOT IN (") + g.list(1+g.rng.IntN(3), func() string { return g.expr(s, 0) }) + ")"
	case 2:
		return left + g.one1(" LIKE ", " NOT LIKE ", " GLOB ") + g.one1("'%a%'", "'a_c'", "'*a*'", "'[a-c]*'", "'ALPHA'", "'%x!%%' ESCAPE '!'")
	case 3:
		return left + " BETWEEN " + g.expr(s, 0) + " AND " + g.expr(s, 0)
	case 4:
		return left + g.one1(" IS ", " IS NOT ", " IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + g.expr(s, 0)
	case 5:
		return left + g.one1(" = ", " < ") + g.expr(s, 0) + " COLLATE " + g.one1("NOCASE", "RTRIM", "BINARY")
	}
	return left + g.one1(" = ", " <> ", " < ", " <= ", " > ", " >= ", " == ", " != ") + g.expr(s, d)
}

// subquery makes a scalar, EXISTS or IN subquery, now and then correlated.
func (g *Generator) subquery(s scope) string {
	t := g.some(plain, noRowid, view)
	if t == nil {
		return g.literal()
	}
	inner := scope{{"q", t}}
	where := g.maybe(70, func() string {
		return " WHERE q." + g.column(t.cols).name + g.one1(" = ", " > ", " IS ") + g.ref(s)
	})
	switch g.rng.IntN(4) {
	case 0:
		return "EXISTS (SELECT 1 FROM " + t.name + " AS q" + where + ")"
	case 1:
		return g.refOrLiteral(s) + g.one1(" IN ", " NOT IN ") + "(SELECT " + g.ref(inner) + " FROM " + t.name + " AS q" + where + ")"
	case 2:
		return "(SELECT " + g.one1("count(*)", "max(q."+g.column(t.cols).name+")", "total(q."+g.column(t.cols).name+")") +
			" FROM " + t.name + " AS q" + where + ")"
	}
	return "(SELECT " + g.ref(inner) + " FROM " + t.name + " AS q" + where + " LIMIT 1)"
}

func (g *Generator) refOrLiteral(s scope) string {
	if g.chance(80) {
		return g.ref(s)
	}
	return g.literal()
}
