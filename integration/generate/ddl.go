package generate

import (
	"fmt"
	"slices"
	"strings"
)

// createTable makes a table of any kind.
func (g *Generator) createTable() string {
	t := &table{name: g.name("t"), strict: g.chance(15)}
	if g.chance(20) {
		t.shape = noRowid
	}
	var parts []string
	switch {
	case t.shape == noRowid && g.chance(40):
		t.cols = append(t.cols, column{name: "k1", typ: g.keyType(t), key: true}, column{name: "k2", typ: "INTEGER", key: true})
		parts = append(parts, "k1 "+t.cols[0].typ+" NOT NULL", "k2 INTEGER NOT NULL")
	case t.shape == noRowid || g.chance(20):
		t.cols = append(t.cols, column{name: "k", typ: g.keyType(t), key: true})
		parts = append(parts, "k "+t.cols[0].typ+" PRIMARY KEY")
	default:
		t.cols = append(t.cols, column{name: "id", typ: "INTEGER", key: true})
		parts = append(parts, "id INTEGER PRIMARY KEY"+g.maybe(15, text(" AUTOINCREMENT")))
	}
	for i := range 1 + g.rng.IntN(5) {
		c, def := g.columnDef(t, fmt.Sprintf("c%d", i+1))
		t.cols = append(t.cols, c)
		parts = append(parts, def)
	}
	if t.cols[0].name == "k1" {
		parts = append(parts, "PRIMARY KEY (k1, k2)")
	}
	parts = append(parts, g.tableConstraints(t)...)
	var options []string
	if t.shape == noRowid {
		options = append(options, "WITHOUT ROWID")
	}
	if t.strict {
		options = append(options, "STRICT")
	}
	g.learn(func() { g.tables = append(g.tables, t) })
	return "CREATE TABLE " + g.maybe(20, text("IF NOT EXISTS ")) + t.name + "(" + strings.Join(parts, ", ") + ")" +
		g.maybe(100, text(" "+strings.Join(options, ", ")))
}

func text(s string) func() string { return func() string { return s } }

func (g *Generator) keyType(t *table) string {
	if t.strict {
		return g.one1("INT", "TEXT", "ANY")
	}
	return g.one1("TEXT", "INT", "BLOB", "NUMERIC", "")
}

// columnDef makes one column that is not the key.
func (g *Generator) columnDef(t *table, name string) (column, string) {
	c := column{name: name}
	if t.strict {
		c.typ = g.one1("INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY")
	} else {
		c.typ = g.one1("INTEGER", "INT", "TEXT", "REAL", "BLOB", "NUMERIC", "", "VARCHAR(20)", "BOOLEAN", "DATETIME", "DOUBLE")
	}
	def := name + " " + c.typ
	if len(t.cols) > 1 && g.chance(8) {
		c.generated = true
		from := t.cols[len(t.cols)-1].name
		return c, def + fmt.Sprintf(" %sAS (%s) %s", g.maybe(50, text("GENERATED ALWAYS ")),
			g.one1(from, from+" || 'x'", "length("+from+")", "coalesce("+from+", 0) + 1", "upper("+from+")"),
			g.one1("STORED", "VIRTUAL", ""))
	}
	if g.chance(8) {
		c.unique = true
		def += " UNIQUE" + g.maybe(20, func() string {
			return " ON CONFLICT " + g.one1("REPLACE", "IGNORE", "FAIL", "ABORT")
		})
	}
	def += g.maybe(8, text(" NOT NULL")) + g.maybe(15, func() string {
		return " DEFAULT " + g.one1("0", "1.5", "'d'", "NULL", "(1+1)", "x'00'", "TRUE", "-7")
	}) + g.maybe(6, func() string {
		return fmt.Sprintf(" CHECK (%s)", g.one1(name+" IS NULL OR "+name+" <> 13", "typeof("+name+") <> 'blob'",
			"length("+name+") < 40"))
	}) + g.maybe(8, func() string { return " COLLATE " + g.one1("NOCASE", "RTRIM", "BINARY") })
	if p := g.some(plain); p != nil && g.chance(8) && p.cols[0].name == "id" {
		def += " REFERENCES " + p.name + "(id)" +
			g.maybe(60, func() string { return " ON DELETE " + g.one1("CASCADE", "SET NULL", "RESTRICT", "NO ACTION") }) +
			g.maybe(30, func() string { return " ON UPDATE " + g.one1("CASCADE", "SET NULL") })
	}
	return c, def
}

func (g *Generator) tableConstraints(t *table) []string {
	var list []string
	if len(t.cols) > 2 && g.chance(12) {
		list = append(list, fmt.Sprintf("UNIQUE (%s, %s)", t.cols[1].name, t.cols[2].name))
	}
	if g.chance(5) {
		list = append(list, fmt.Sprintf("CONSTRAINT chk CHECK (%s IS NOT 99)", t.cols[len(t.cols)-1].name))
	}
	return list
}

// createIndex makes a plain, unique, partial or expression index.
func (g *Generator) createIndex() string {
	t := g.some(plain, noRowid)
	if t == nil || g.analyzed {
		return g.createTable()
	}
	name := g.name("i")
	unique := g.maybe(12, text("UNIQUE "))
	cols := g.list(1+g.rng.IntN(2), func() string {
		c := g.column(t.cols).name
		if g.chance(20) {
			c = g.one1("lower("+c+")", "coalesce("+c+", 0)", "length("+c+")", c+" || 'y'", "json_extract("+c+", '$.a')")
		}
		return c + g.maybe(10, func() string { return " COLLATE " + g.one1("NOCASE", "RTRIM") }) + g.maybe(20, text(" DESC"))
	})
	where := g.maybe(20, func() string {
		c := g.column(t.cols).name
		return " WHERE " + g.one1(c+" IS NOT NULL", c+" > 3", "typeof("+c+") = 'text'")
	})
	g.learn(func() { g.named = append(g.named, object{"INDEX", name, t.name}) })
	return fmt.Sprintf("CREATE %sINDEX %s%s ON %s(%s)%s", unique, g.maybe(15, text("IF NOT EXISTS ")), name, t.name, cols, where)
}

// createView makes a view on one or two tables.
func (g *Generator) createView() string {
	t := g.some(plain, noRowid)
	if t == nil {
		return g.createTable()
	}
	v := &table{name: g.name("v"), shape: view, cols: []column{{name: "a"}, {name: "b"}}}
	saved := g.params
	s := scope{{"", t}}
	body := fmt.Sprintf("SELECT %s, %s FROM %s%s", g.constant(s, 2), g.constant(s, 1), t.name,
		g.maybe(40, func() string { return " WHERE " + g.constant(s, 2) }))
	g.params = saved
	g.learn(func() { g.tables = append(g.tables, v) })
	return fmt.Sprintf("CREATE VIEW %s(a, b) AS %s", v.name, body)
}

// createTrigger makes a trigger that logs, changes or refuses.
func (g *Generator) createTrigger() string {
	t, into := g.some(plain, noRowid), g.some(plain)
	if t == nil || into == nil {
		return g.createTable()
	}
	name := g.name("g")
	event := g.one1("INSERT", "UPDATE", "DELETE", "UPDATE OF "+g.column(t.cols).name)
	row := "new."
	if event == "DELETE" {
		row = "old."
	}
	from, to := row+g.column(t.cols).name, g.column(into.writable()).name
	body := g.one1(
		fmt.Sprintf("INSERT OR IGNORE INTO %s(%s) VALUES (%s)", into.name, to, from),
		fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s IS %s", into.name, to, to, into.cols[0].name, from),
		fmt.Sprintf("SELECT CASE WHEN %s = 666 THEN RAISE(ABORT, 'refused by trigger') END", from),
		fmt.Sprintf("DELETE FROM %s WHERE %s = %s AND %s = 7", into.name, to, from, into.cols[0].name),
	)
	g.learn(func() { g.named = append(g.named, object{"TRIGGER", name, t.name}) })
	return fmt.Sprintf("CREATE TRIGGER %s %s %s ON %s %s%sBEGIN %s; END", name, g.one1("AFTER", "BEFORE"), event, t.name,
		g.maybe(30, text("FOR EACH ROW ")), g.maybe(30, func() string { return "WHEN " + from + " IS NOT NULL " }), body)
}

// alterTable renames, adds and drops.
func (g *Generator) alterTable() string {
	t := g.some(plain, noRowid)
	if t == nil || g.analyzed {
		return g.createTable()
	}
	old := g.column(t.cols).name
	switch g.rng.IntN(5) {
	case 0:
		name := g.name("r")
		before := t.name
		g.learn(func() {
			t.name = name
			for j := range g.named {
				if g.named[j].table == before {
					g.named[j].table = name
				}
			}
		})
		return fmt.Sprintf("ALTER TABLE %s RENAME TO %s", t.name, name)
	case 1:
		name := g.name("n")
		g.learn(func() {
			for j := range t.cols {
				if t.cols[j].name == old {
					t.cols[j].name = name
				}
			}
		})
		return fmt.Sprintf("ALTER TABLE %s RENAME %s%s TO %s", t.name, g.maybe(70, text("COLUMN ")), old, name)
	case 2:
		g.learn(func() {
			t.cols = slices.DeleteFunc(t.cols, func(c column) bool { return c.name == old })
		})
		return fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", t.name, old)
	}
	c, def := g.columnDef(&table{strict: t.strict}, g.name("a"))
	g.learn(func() { t.cols = append(t.cols, c) })
	return fmt.Sprintf("ALTER TABLE %s ADD %s%s", t.name, g.maybe(70, text("COLUMN ")), def)
}

// dropSomething drops a table, view, index or trigger, which may be missing.
func (g *Generator) dropSomething() string {
	exists := g.maybe(50, text("IF EXISTS "))
	if len(g.named) > 0 && g.chance(60) {
		i := g.rng.IntN(len(g.named))
		o := g.named[i]
		g.learn(func() { g.named = slices.DeleteFunc(g.named, func(x object) bool { return x == o }) })
		return fmt.Sprintf("DROP %s %s%s", o.kind, exists, o.name)
	}
	if g.chance(20) {
		return fmt.Sprintf("DROP %s IF EXISTS nothing_here", g.one1("TABLE", "VIEW", "INDEX", "TRIGGER"))
	}
	t := g.tables[g.rng.IntN(len(g.tables))]
	kind := "TABLE"
	if t.shape == view {
		kind = "VIEW"
	}
	g.learn(func() { g.forget(t.name) })
	return fmt.Sprintf("DROP %s %s%s", kind, exists, t.name)
}
