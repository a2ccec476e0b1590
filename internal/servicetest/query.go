package servicetest

import (
	"fmt"
	"strings"

	"github.com/dione-db/dione/d1"
)

var queryCases = []testCase{
	{"rows as arrays", func(s *suite) {
		r := s.one(`SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y'`)
		if got := rows(r); got != `[[1,"x"],[2,"y"]]` || r.Rows.Count != 2 {
			s.Errorf("%d rows %s", r.Rows.Count, got)
		}
		if got := strings.Join(r.Rows.Columns, " "); got != "a b" || string(r.Rows.ColumnsJSON) != `["a","b"]` {
			s.Errorf("columns %s, %s", got, r.Rows.ColumnsJSON)
		}
	}},
	{"rows as objects", func(s *suite) {
		resp, err := s.svc.Query(s.Context(), d1.QueryRequest{
			Database: s.db, Format: d1.FormatObjects,
			Statements: []d1.Statement{{SQL: `SELECT 1 AS a, 'x' AS "b""c" UNION ALL SELECT 2, NULL`}},
		})
		if err != nil {
			s.Fatal(err)
		}
		if got := rows(resp.Results[0]); got != `[{"a":1,"b\"c":"x"},{"a":2,"b\"c":null}]` {
			s.Errorf("rows %s", got)
		}
	}},
	{"columns of the same name", func(s *suite) {
		const sql = `SELECT 1 AS a, 2 AS b, 3 AS a`
		r := s.one(sql)
		if got := rows(r); got != `[[1,2,3]]` || string(r.Rows.ColumnsJSON) != `["a","b","a"]` {
			s.Errorf("arrays: %s of %s", got, r.Rows.ColumnsJSON)
		}
		resp, err := s.svc.Query(s.Context(), d1.QueryRequest{
			Database: s.db, Format: d1.FormatObjects,
			Statements: []d1.Statement{{SQL: sql}},
		})
		if err != nil {
			s.Fatal(err)
		}
		if got := rows(resp.Results[0]); got != `[{"a":3,"b":2}]` {
			s.Errorf("objects: %s", got)
		}
	}},
	{"no rows still have columns", func(s *suite) {
		r := s.one(`SELECT 1 AS a WHERE 0`)
		if rows(r) != `[]` || string(r.Rows.ColumnsJSON) != `["a"]` || r.Rows.Count != 0 {
			s.Errorf("%s of %s, count %d", rows(r), r.Rows.ColumnsJSON, r.Rows.Count)
		}
	}},
	{"a statement without columns", func(s *suite) {
		r := s.one(`CREATE TABLE t (a)`)
		if rows(r) != `[]` || len(r.Rows.Columns) != 0 {
			s.Errorf("%s of %v", rows(r), r.Rows.Columns)
		}
	}},
	{"a result for each statement", func(s *suite) {
		res := s.query(stmt(`CREATE TABLE t (a)`), stmt(`INSERT INTO t VALUES (?)`, "x"), stmt(`SELECT a FROM t`))
		if len(res) != 3 || rows(res[2]) != `[["x"]]` {
			s.Errorf("%d results, the last %s", len(res), rows(res[len(res)-1]))
		}
	}},
	{"several statements in one text", func(s *suite) {
		r := s.one(`CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); SELECT a FROM t WHERE a > ?;`, 1.0)
		if rows(r) != `[[2]]` {
			s.Errorf("rows %s, want those of the last statement", rows(r))
		}
		if r.Meta.Changes != 2 || !r.Meta.ChangedDB {
			s.Errorf("changes %d, changed %v; want those of all statements", r.Meta.Changes, r.Meta.ChangedDB)
		}
	}},
	{"texts without SQL are left out", func(s *suite) {
		res := s.query(stmt(``), stmt(`SELECT 1`), stmt(" -- nothing\n"), stmt(`/* nor here */;`), stmt(`SELECT 2;;`))
		if len(res) != 2 || rows(res[0]) != `[[1]]` || rows(res[1]) != `[[2]]` {
			s.Errorf("%d results, want those of the two statements", len(res))
		}
	}},
	{"rows of RETURNING", func(s *suite) {
		s.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a)`)
		s.wantRows(`[[1,"x"],[2,"y"]]`, `INSERT INTO t (a) VALUES ('x'), ('y') RETURNING id, a`)
	}},
	{"ten thousand rows", func(s *suite) {
		r := s.one(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 10000) SELECT i, 'row ' || i FROM n`)
		if r.Rows.Count != 10_000 || strings.Count(rows(r), "row ") != 10_000 || !strings.HasSuffix(rows(r), `[10000,"row 10000"]]`) {
			s.Errorf("%d rows, %d bytes", r.Rows.Count, len(r.Rows.JSON))
		}
	}},
	{"meta of a write", func(s *suite) {
		s.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a)`)
		m := s.one(`INSERT INTO t (id, a) VALUES (41, 'x'), (42, 'y')`).Meta
		if m.Changes != 2 || m.LastRowID != 42 || !m.ChangedDB || m.RowsWritten != 2 || m.SizeAfter < 8192 {
			s.Errorf("meta %+v", m)
		}
		if m.ServedBy == "" || !m.ServedByPrimary || m.TotalAttempts != 1 {
			s.Errorf("meta %+v does not tell who answered", m)
		}
	}},
	{"meta of a read", func(s *suite) {
		s.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY)`, `INSERT INTO t VALUES (7), (8), (9)`)
		m := s.one(`SELECT * FROM t`).Meta
		if m.Changes != 0 || m.ChangedDB || m.RowsRead != 3 || m.RowsWritten != 0 || m.SizeAfter != 8192 {
			s.Errorf("meta %+v", m)
		}
		if m.LastRowID != 9 {
			s.Errorf("last_row_id %d, want 9, that of the database", m.LastRowID)
		}
	}},
	{"meta of a write that changes nothing", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		if m := s.one(`UPDATE t SET a = 1`).Meta; m.Changes != 0 || m.ChangedDB {
			s.Errorf("meta %+v", m)
		}
	}},
	{"last_insert_rowid() sees an earlier request", func(s *suite) {
		s.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY)`, `INSERT INTO t VALUES (123)`)
		s.wantRows(`[[123]]`, `SELECT last_insert_rowid()`)
	}},
	{"words that only look like a read", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		s.exec("/* a note */ WITH v AS (SELECT 1 AS a)\n INSERT INTO t SELECT a FROM v", `SELECT 1; INSERT INTO t VALUES (2)`)
		s.wantRows(`[[1],[2]]`, `SELECT a FROM t ORDER BY a`)
	}},
	{"a database of its own", func(s *suite) {
		other := s.create(s.name("other"))
		s.exec(`CREATE TABLE t (a)`)
		_, err := s.svc.Query(s.Context(), d1.QueryRequest{Database: other, Statements: []d1.Statement{{SQL: `SELECT * FROM t`}}})
		s.wantError(err, d1.KindSQL, "no such table: t: SQLITE_ERROR")
	}},
	{"a statement of the longest length", func(s *suite) {
		text := "SELECT '" + strings.Repeat("x", 99_000) + "'"
		if r := s.one(text); len(rows(r)) != 99_006 {
			s.Errorf("%d bytes of rows", len(rows(r)))
		}
	}},
}

var valueCases = []testCase{
	{"how cells are spelled", func(s *suite) {
		for sql, want := range map[string]string{
			`1`: `1`, `-1`: `-1`, `1.0`: `1`, `1.5`: `1.5`, `-0.0`: `0`, `1e21`: `1e+21`, `1.5e-7`: `1.5e-7`,
			`9007199254740993`: `9007199254740992`, `9223372036854775807`: `9223372036854776000`,
			`9e999`: `null`, `-9e999`: `null`, `NULL`: `null`, `''`: `""`, `'é😀'`: `"é😀"`, `'"\/'`: `"\"\\/"`,
			`char(9, 10, 13, 8, 12, 1)`: `"\t\n\r\b\f\u0001"`, `x''`: `[]`, `x'00ff7f'`: `[0,255,127]`,
			`'a' || char(0) || 'b'`: `"a\u0000b"`,
		} {
			s.wantRows(`[[`+want+`]]`, `SELECT `+sql)
		}
	}},
	{"how parameters are bound", func(s *suite) {
		for _, c := range []struct {
			param any
			want  string
		}{
			{1.0, `["real",1]`},
			{1.5, `["real",1.5]`},
			{7, `["integer",7]`},
			{"1", `["text","1"]`},
			{"", `["text",""]`},
			{"a\x00b", `["text","a\u0000b"]`},
			{[]byte{1, 2}, `["blob",[1,2]]`},
			{[]byte{}, `["blob",[]]`},
			{nil, `["null",null]`},
		} {
			s.wantRows(`[`+c.want+`]`, `SELECT typeof(?1), ?1`, c.param)
		}
	}},
	{"numbers become what the column is", func(s *suite) {
		s.exec(`CREATE TABLE t (i INTEGER, x TEXT, r REAL, b BLOB, n)`)
		s.one(`INSERT INTO t VALUES (?1, ?1, ?1, ?1, ?1)`, 1.0)
		s.wantRows(`[["integer","text","real","real","real","1.0"]]`,
			`SELECT typeof(i), typeof(x), typeof(r), typeof(b), typeof(n), x FROM t`)
	}},
	{"a value of two million bytes", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		s.one(`INSERT INTO t VALUES (?)`, strings.Repeat("x", 1_999_000))
		s.wantRows(`[[1999000]]`, `SELECT length(a) FROM t`)
		_, err := s.try(stmt(`INSERT INTO t VALUES (?)`, strings.Repeat("x", 2_000_001)))
		s.wantError(err, d1.KindSQL, "string or blob too big: SQLITE_TOOBIG")
		s.wantRows(`[[1]]`, `SELECT count(*) FROM t`)
	}},
	{"a hundred parameters", func(s *suite) {
		params := make([]any, 100)
		for i := range params {
			params[i] = float64(i)
		}
		s.wantRows(`[[99]]`, `SELECT max(`+strings.TrimSuffix(strings.Repeat("?,", 100), ",")+`)`, params...)
	}},
	{"full-text search", func(s *suite) {
		s.exec(`CREATE VIRTUAL TABLE f USING fts5(body)`, `INSERT INTO f VALUES ('the quick fox'), ('a slow snail')`)
		s.wantRows(`[["the quick fox"]]`, `SELECT body FROM f WHERE f MATCH ?`, "quick")
	}},
}

var transactionCases = []testCase{
	{"an error rolls all back", func(s *suite) {
		s.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY)`, `INSERT INTO t VALUES (1)`)
		res, err := s.try(stmt(`INSERT INTO t VALUES (2)`), stmt(`CREATE TABLE u (a)`), stmt(`INSERT INTO t VALUES (1)`))
		e := s.wantError(err, d1.KindSQL,
			"UNIQUE constraint failed: t.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)")
		if e.Statement != 3 {
			s.Errorf("the error names statement %d, want 3", e.Statement)
		}
		if len(res) != 0 {
			s.Errorf("%d results beside an error", len(res))
		}
		s.wantRows(`[[1]]`, `SELECT id FROM t`)
		s.wantRows(`[[0]]`, `SELECT count(*) FROM sqlite_schema WHERE name = 'u'`)
	}},
	{"an error in one text rolls all back", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		_, err := s.try(stmt(`INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); SELECT nope`))
		s.wantError(err, d1.KindSQL, "no such column: nope at offset 7: SQLITE_ERROR")
		s.wantRows(`[[0]]`, `SELECT count(*) FROM t`)
	}},
	{"later statements see earlier ones", func(s *suite) {
		res := s.query(stmt(`CREATE TABLE t (a)`), stmt(`INSERT INTO t VALUES (1)`), stmt(`SELECT count(*) FROM t`),
			stmt(`DELETE FROM t`), stmt(`SELECT count(*) FROM t`))
		if rows(res[2]) != `[[1]]` || rows(res[4]) != `[[0]]` {
			s.Errorf("counts %s and %s, want 1 and 0", rows(res[2]), rows(res[4]))
		}
	}},
	{"foreign keys are watched", func(s *suite) {
		s.exec(`CREATE TABLE p (id INTEGER PRIMARY KEY)`, `CREATE TABLE c (p REFERENCES p)`)
		_, err := s.try(stmt(`INSERT INTO c VALUES (1)`))
		s.wantError(err, d1.KindSQL,
			"FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)")
	}},
	{"deferred foreign keys are watched at the end", func(s *suite) {
		s.exec(`CREATE TABLE p (id INTEGER PRIMARY KEY)`, `CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)`)
		s.query(stmt(`INSERT INTO c VALUES (1)`), stmt(`INSERT INTO p VALUES (1)`))
		_, err := s.try(stmt(`INSERT INTO c VALUES (2)`))
		s.wantError(err, d1.KindSQL, "")
		s.wantRows(`[[1]]`, `SELECT p FROM c`)
	}},
	{"a large batch", func(s *suite) {
		stmts := []d1.Statement{stmt(`CREATE TABLE t (a)`)}
		for i := range 500 {
			stmts = append(stmts, stmt(`INSERT INTO t VALUES (?)`, float64(i)))
		}
		if res := s.query(stmts...); len(res) != 501 || res[500].Meta.LastRowID != 500 {
			s.Errorf("%d results, last rowid %d", len(res), res[len(res)-1].Meta.LastRowID)
		}
		s.wantRows(`[[500,124750]]`, `SELECT count(*), sum(a) FROM t`)
	}},
	{"the database works on after an error", func(s *suite) {
		s.exec(`CREATE TABLE t (a UNIQUE)`)
		for i := range 20 {
			if _, err := s.try(stmt(`INSERT INTO t VALUES (?)`, float64(i/2))); (err != nil) != (i%2 == 1) {
				s.Errorf("insert %d: %v", i, err)
			}
		}
		s.wantRows(`[[10]]`, `SELECT count(*) FROM t`)
	}},
}

var errorCases = []testCase{
	{"texts of refused statements", func(s *suite) {
		s.exec(`CREATE TABLE t (a NOT NULL, b CHECK (b > 0))`)
		for sql, want := range map[string]string{
			`INVALID`:                       `near "INVALID": syntax error at offset 0: SQLITE_ERROR`,
			`SELECT 'é😀', nope`:             `no such column: nope at offset 17: SQLITE_ERROR`,
			`SELECT * FROM nope`:            `no such table: nope: SQLITE_ERROR`,
			`INSERT INTO t VALUES (NULL,1)`: `NOT NULL constraint failed: t.a: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_NOTNULL)`,
			`INSERT INTO t VALUES (1,0)`:    `CHECK constraint failed: b > 0: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)`,
			`PRAGMA journal_mode=DELETE`:    `not authorized: SQLITE_AUTH`,
			`ATTACH 'x' AS y`:               `not authorized: SQLITE_AUTH`,
			`CREATE TABLE _cf_x (a)`:        `not authorized: SQLITE_AUTH`,
			`CREATE TEMP TABLE x (a)`:       `not authorized: SQLITE_AUTH`,
			`SELECT sqlite_version()`:       `not authorized to use function: sqlite_version at offset 7: SQLITE_ERROR`,
			`VACUUM`:                        `cannot VACUUM from within a transaction: SQLITE_ERROR`,
		} {
			_, err := s.try(stmt(sql))
			s.wantError(err, d1.KindSQL, want)
		}
	}},
	{"transactions are not for clients", func(s *suite) {
		for _, sql := range []string{`BEGIN`, `BEGIN IMMEDIATE`, `COMMIT`, `END`, `ROLLBACK`, `SAVEPOINT a`, `RELEASE a`} {
			_, err := s.try(stmt(sql))
			s.wantError(err, d1.KindSQL, d1.TextTransaction)
		}
		s.wantRows(`[[1]]`, `SELECT 1`)
	}},
	{"the number of parameters must be right", func(s *suite) {
		for _, st := range []d1.Statement{
			stmt(`SELECT ?`), stmt(`SELECT 1`, "x"), stmt(`SELECT ?, ?`, "x"), stmt(`SELECT ?3, ?1`, "a", "b"), stmt(`SELECT :a`),
		} {
			_, err := s.try(st)
			s.wantError(err, d1.KindSQL, d1.TextParamCount)
		}
	}},
	{"only the last statement has parameters", func(s *suite) {
		_, err := s.try(stmt(`SELECT ?; SELECT 1`, "x"))
		s.wantError(err, d1.KindSQL, d1.TextMultiParams)
	}},
	{"limits", func(s *suite) {
		_, err := s.try(stmt(`SELECT ` + strings.TrimSuffix(strings.Repeat("?,", 101), ",")))
		s.wantError(err, d1.KindSQL, "")
		_, err = s.try(stmt("SELECT '" + strings.Repeat("x", 100_000) + "'"))
		s.wantError(err, d1.KindSQL, "statement too long: SQLITE_TOOBIG")
		var b strings.Builder
		for i := range 101 {
			fmt.Fprintf(&b, ", c%d", i)
		}
		_, err = s.try(stmt("CREATE TABLE t (" + b.String()[2:] + ")"))
		s.wantError(err, d1.KindSQL, "too many columns on t: SQLITE_ERROR")
	}},
	{"a request without any SQL", func(s *suite) {
		for _, stmts := range [][]d1.Statement{nil, {}, {{}}, {{SQL: " \n"}}, {{SQL: ";"}}, {{SQL: "-- a"}, {SQL: "/* b */"}}} {
			_, err := s.try(stmts...)
			s.wantError(err, d1.KindInvalid, d1.TextNoStatements)
		}
	}},
	{"an unknown database", func(s *suite) {
		for _, id := range []d1.DatabaseID{d1.NewDatabaseID(), "", "../x"} {
			_, err := s.svc.Query(s.Context(), d1.QueryRequest{Database: id, Statements: []d1.Statement{{SQL: `SELECT 1`}}})
			s.wantError(err, d1.KindNotFound, "")
		}
	}},
}
