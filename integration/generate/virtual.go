package generate

import "fmt"

// createVirtual makes a full-text or R*Tree table.
func (g *Generator) createVirtual() string {
	if g.chance(50) {
		t := &table{name: g.name("f"), shape: fts, cols: []column{{name: "title"}, {name: "body"}}}
		g.learn(func() { g.tables = append(g.tables, t) })
		return "CREATE VIRTUAL TABLE " + t.name + " USING " + g.one1("fts5", "FTS5") + "(title, body" +
			g.one1("", "", ", tokenize = 'porter ascii'", ", prefix = '2 3'", ", tokenize = 'trigram'", ", detail = column",
				", columnsize = 0", ", tokenize = \"unicode61 remove_diacritics 2\"") + ")"
	}
	t := &table{name: g.name("b"), shape: rtree, cols: []column{{name: "id", key: true}, {name: "x0"}, {name: "x1"}, {name: "y0"}, {name: "y1"}}}
	g.learn(func() { g.tables = append(g.tables, t) })
	return "CREATE VIRTUAL TABLE " + t.name + " USING " + g.one1("rtree", "rtree_i32", "RTree") + "(id, x0, x1, y0, y1" + g.maybe(20, text(", +note")) + ")"
}

// insertVirtual fills, changes and maintains a virtual table.
func (g *Generator) insertVirtual() string {
	t := g.some(fts, rtree)
	if t == nil {
		return g.createVirtual()
	}
	id := g.rng.IntN(30)
	if t.shape == rtree {
		x, y := g.rng.IntN(20), g.rng.IntN(20)
		switch g.rng.IntN(6) {
		case 0:
			return fmt.Sprintf("UPDATE %s SET x1 = x1 + 1 WHERE id < %d", t.name, id)
		case 1:
			return fmt.Sprintf("DELETE FROM %s WHERE id = %d", t.name, id)
		}
		return fmt.Sprintf("%s INTO %s(id, x0, x1, y0, y1) VALUES (%d, %d, %d, %d, %d)", g.one1("INSERT", "INSERT OR REPLACE"), t.name, id, x,
			x+g.rng.IntN(6)-1, y, y+5)
	}
	switch g.rng.IntN(8) {
	case 0:
		return fmt.Sprintf("UPDATE %s SET body = body || ' more' WHERE rowid %% 2 = 0", t.name)
	case 1:
		return fmt.Sprintf("DELETE FROM %s WHERE rowid = %d", t.name, id)
	case 2:
		return fmt.Sprintf("INSERT INTO %s(%s) VALUES ('%s')", t.name, t.name, g.one1("optimize", "rebuild", "integrity-check", "nonsense"))
	}
	return fmt.Sprintf("INSERT INTO %s(title, body) VALUES (%s), ('%s %s', '%s')", t.name, g.list(2, g.param), g.word(), g.word(), g.word())
}

// queryVirtual searches a virtual table.
func (g *Generator) queryVirtual() string {
	t := g.some(fts, rtree)
	if t == nil {
		return g.createVirtual()
	}
	if t.shape == rtree {
		return fmt.Sprintf("SELECT id, x0, y1 FROM %s WHERE %s", t.name, g.one1("x0 >= 5 AND x1 <= 15", "id = 3", "y0 < 4 ORDER BY id", "x0 > 3 AND y1 < 12 ORDER BY x0 DESC",
			"rtreecheck('main', 'nope') IS NULL"))
	}
	match := g.one1("'alpha'", "'hello OR gamma'", "'foo AND bar'", "'title:x'", "'one NEAR two'", "'hel*'", "'\"one two\"'", "'alpha NOT beta'", "'NEAR(one three, 3)'",
		"'^one'", "'{title body} : zed'", "'unbalanced \"'", "'nocol:x'")
	what := g.one1("*", "rowid, rank", "highlight("+t.name+", 1, '<b>', '</b>')", "snippet("+t.name+", 0, '[', ']', '...', 4)", "bm25("+t.name+")",
		"bm25("+t.name+", 10.0, 5.0), title", "count(*)")
	if g.chance(15) {
		return fmt.Sprintf("SELECT %s FROM %s(%s)", what, t.name, match)
	}
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s %s %s%s", what, t.name, t.name, g.one1("MATCH", "MATCH", "="), match, g.maybe(50, text(" ORDER BY rank")))
}

// pragma asks for one of the allowed pragmas, or one that is denied.
func (g *Generator) pragma() string {
	t := "t1"
	if len(g.tables) > 0 {
		t = g.tables[g.rng.IntN(len(g.tables))].name
	}
	index := t
	if len(g.named) > 0 {
		index = g.named[g.rng.IntN(len(g.named))].name
	}
	return g.one1("PRAGMA table_info("+t+")", "PRAGMA table_xinfo("+t+")", "PRAGMA index_list('"+t+"')", "PRAGMA index_info("+index+")", "PRAGMA index_xinfo("+index+")",
		"PRAGMA foreign_key_list("+t+")", "PRAGMA foreign_key_check", "PRAGMA foreign_key_check("+t+")", "PRAGMA quick_check", "PRAGMA quick_check("+t+")",
		"PRAGMA page_size", "PRAGMA foreign_keys", "PRAGMA defer_foreign_keys", "PRAGMA recursive_triggers", "PRAGMA case_sensitive_like = "+g.one1("on", "off"),
		"PRAGMA reverse_unordered_selects = "+g.one1("1", "0", "off"), "PRAGMA ignore_check_constraints = "+g.one1("yes", "no"), "PRAGMA recursive_triggers = "+g.one1("on", "off"),
		"PRAGMA legacy_alter_table = "+g.one1("on", "off"), "PRAGMA user_version", "PRAGMA journal_mode = DELETE", "PRAGMA integrity_check", "PRAGMA table_list",
		"SELECT name, type FROM pragma_table_info('"+t+"')", "SELECT * FROM pragma_index_list('"+t+"')", "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c ORDER BY 1, 2",
		"SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema", "SELECT count(*) FROM pragma_table_list")
}

// maintenance makes the statements that look after a database.
func (g *Generator) maintenance() string {
	t := "t1"
	if len(g.tables) > 0 {
		t = g.tables[g.rng.IntN(len(g.tables))].name
	}
	g.learn(func() { g.analyzed = true })
	return g.one1("ANALYZE", "ANALYZE "+t, "PRAGMA optimize", "PRAGMA optimize(0x10002)", "REINDEX", "REINDEX "+t, "VACUUM", "SELECT * FROM sqlite_stat1",
		"EXPLAIN QUERY PLAN SELECT * FROM "+t, "BEGIN", "SAVEPOINT s", "COMMIT", "ATTACH 'x' AS y")
}
