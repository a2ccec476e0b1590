package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// open opens a new database with D1's limits; reader opens a reader beside it.
func open(t testing.TB) (conn *sqlite.Conn, reader func() *sqlite.Conn) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db.sqlite")
	conn, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn, func() *sqlite.Conn {
		r, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare(), ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return r
	}
}

func stmt(sql string, params ...any) d1.Statement {
	s := d1.Statement{SQL: sql}
	for _, p := range params {
		switch v := p.(type) {
		case nil:
			s.Params.AppendNull()
		case int:
			s.Params.AppendReal(float64(v))
		case float64:
			s.Params.AppendReal(v)
		case string:
			s.Params.AppendText(v)
		case []byte:
			s.Params.AppendBlob(v)
		}
	}
	return s
}

// one runs one statement and gives its only result.
func one(t testing.TB, c *sqlite.Conn, sql string, params ...any) d1.Result {
	t.Helper()
	res, err := c.Query(t.Context(), []d1.Statement{stmt(sql, params...)}, d1.FormatArrays)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if len(res) != 1 {
		t.Fatalf("%s: %d results, want 1", sql, len(res))
	}
	return res[0]
}

// fails runs a request that must fail and gives its error.
func fails(t testing.TB, c *sqlite.Conn, stmts ...d1.Statement) *d1.Error {
	t.Helper()
	res, err := c.Query(t.Context(), stmts, d1.FormatArrays)
	e, ok := errors.AsType[*d1.Error](err)
	if !ok {
		t.Fatalf("%s: error %v, results %v; want a *d1.Error", stmts[len(stmts)-1].SQL, err, res)
	}
	return e
}

func TestSpellingOfValues(t *testing.T) {
	c, reader := open(t)
	r := reader()
	for _, tc := range []struct {
		sql    string
		params []any
		want   string
	}{
		{
			"SELECT 1, 1.0, -0.0, 1e999, -1e999, 9007199254740993, 9223372036854775807", nil,
			"[[1,1,0,null,null,9007199254740992,9223372036854776000]]",
		},
		{"SELECT 1e21, 1.5e-7, 0.1, 123456789.125, 1e20, 5e-324", nil, "[[1e+21,1.5e-7,0.1,123456789.125,100000000000000000000,5e-324]]"},
		{"SELECT 'a\"b\\c', char(10)||char(9)||char(1), 'é😀'", nil, `[["a\"b\\c","\n\t\u0001","é😀"]]`},
		{"SELECT x'', x'00ff', NULL", nil, "[[[],[0,255],null]]"},
		{"SELECT CAST(x'61ff62' AS TEXT), CAST(x'e282' AS TEXT), 'a'||char(0)||'b'", nil, "[[\"a\uFFFDb\",\"\uFFFD\",\"a\\u0000b\"]]"},
		{
			"SELECT typeof(?), typeof(?), typeof(?), typeof(?), 7/?",
			[]any{1, "x", []byte{}, nil, 2},
			`[["real","text","blob","null",3.5]]`,
		},
		{"SELECT 1 WHERE 0", nil, "[]"},
	} {
		for name, conn := range map[string]*sqlite.Conn{"writer": c, "reader": r} {
			if got := string(one(t, conn, tc.sql, tc.params...).Rows.JSON); got != tc.want {
				t.Errorf("%s on the %s: %s, want %s", tc.sql, name, got, tc.want)
			}
		}
	}
}

func TestObjectsKeepTheFirstPlaceAndTheLastValue(t *testing.T) {
	c, _ := open(t)
	res, err := c.Query(t.Context(), []d1.Statement{stmt("SELECT 1 AS a, 2 AS b, 3 AS a")}, d1.FormatObjects)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(res[0].Rows.JSON), `[{"a":3,"b":2}]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := string(res[0].Rows.ColumnsJSON), `["a","b","a"]`; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
}

func TestCountersAndMeta(t *testing.T) {
	c, _ := open(t)
	for _, tc := range []struct {
		sql                              string
		read, written, changes, rowid, n int64
	}{
		{"create table u(id integer primary key, name text, age int, score real, data blob)", 1, 2, 0, 0, 8192},
		{"insert into u(name,age) values ('a',1),('b',2),('c',3)", 0, 3, 3, 3, 8192},
		{"insert into u(name,age) values ('d',4) returning *", 1, 1, 1, 4, 8192},
		{"select * from u", 4, 0, 0, 4, 8192},
		{"select count(*) from u", 4, 0, 0, 4, 8192},
		{"select * from u order by age desc", 8, 0, 0, 4, 8192},
		{"create index i_age on u(age)", 10, 5, 0, 4, 12288},
		{"update u set age=age+10 where age>3", 3, 2, 1, 4, 12288},
		{"delete from u", 0, 4, 4, 4, 12288},
	} {
		m := one(t, c, tc.sql).Meta
		got := [...]int64{m.RowsRead, m.RowsWritten, m.Changes, m.LastRowID, m.SizeAfter}
		if want := [...]int64{tc.read, tc.written, tc.changes, tc.rowid, tc.n}; got != want {
			t.Errorf("%s: read, written, changes, last_row_id, size_after %v, want %v", tc.sql, got, want)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	c, _ := open(t)
	one(t, c, "CREATE TABLE u(id INTEGER PRIMARY KEY, n INT CHECK(n>0))")
	one(t, c, "INSERT INTO u VALUES (1, 1)")
	for _, tc := range []struct{ sql, want string }{
		{"INVALID SQL", `near "INVALID": syntax error at offset 0: SQLITE_ERROR`},
		{"SELECT 'é😀', nope", "no such column: nope at offset 17: SQLITE_ERROR"},
		{"INSERT INTO u VALUES (1, 1)", "UNIQUE constraint failed: u.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)"},
		{"SELECT sqlite_version()", "not authorized to use function: sqlite_version at offset 7: SQLITE_ERROR"},
		{"PRAGMA journal_mode", "not authorized: SQLITE_AUTH"},
		{"CREATE TABLE _cf_x(a)", "not authorized: SQLITE_AUTH"},
		{"ALTER TABLE u RENAME TO _cf_u", "not authorized: SQLITE_AUTH"},
		{"BEGIN", d1.TextTransaction},
		{"SAVEPOINT x", d1.TextTransaction},
		{"VACUUM", "cannot VACUUM from within a transaction: SQLITE_ERROR"},
		{"SELECT ?", d1.TextParamCount},
		{"SELECT ?; SELECT 1", d1.TextMultiParams},
		{"SELECT " + strings.Repeat("1,", 50_000) + "1", "statement too long: SQLITE_TOOBIG"},
		{"SELECT zeroblob(2000001)", "string or blob too big: SQLITE_TOOBIG"},
		{"SELECT 1\x00", d1.TextNoStatement},
		{"\x00SELECT 1", d1.TextNoStatement},
		{"SELECT * FROM sqlite_dbpage", "no such table: sqlite_dbpage: SQLITE_ERROR"},
		{"  SELECT nope", "no such column: nope at offset 9: SQLITE_ERROR"},
		{"SELECT 1 LIMIT 'x'", "datatype mismatch: SQLITE_MISMATCH"},
	} {
		for range 2 { // the second time some come out of the cache
			if e := fails(t, c, stmt(tc.sql)); e.Message != tc.want || e.Kind != d1.KindSQL {
				t.Errorf("%.40s: kind %v %q, want %q", tc.sql, e.Kind, e.Message, tc.want)
			}
		}
	}
}

func TestDefaultsMayCallFunctionsInAnySpelling(t *testing.T) {
	c, _ := open(t)
	for _, call := range []string{"CURRENT_TIMESTAMP", "(current_date)", "(LOWER('A'))", "(Json_Array(1))"} {
		one(t, c, "CREATE TABLE t (a, b DEFAULT "+call+")")
		one(t, c, "INSERT INTO t (a) VALUES (1)")
		one(t, c, "DROP TABLE t")
	}
	want := "not authorized to use function: POWER at offset 28: SQLITE_ERROR"
	if e := fails(t, c, stmt("CREATE TABLE t1 (a DEFAULT (POWER(2, 2)))")); e.Message != want {
		t.Errorf("%q, want %q", e.Message, want)
	}
}

func TestABatchIsOneTransaction(t *testing.T) {
	c, reader := open(t)
	one(t, c, "CREATE TABLE u(id INTEGER PRIMARY KEY)")
	e := fails(t, c, stmt("INSERT INTO u VALUES (1)"), stmt("INSERT INTO u VALUES (2); INSERT INTO u VALUES (1)"))
	if e.Statement != 2 {
		t.Errorf("failed statement %d, want 2", e.Statement)
	}
	r := reader()
	if got := string(one(t, r, "SELECT count(*) FROM u").Rows.JSON); got != "[[0]]" {
		t.Errorf("after the rollback: %s, want [[0]]", got)
	}
	if _, err := r.Query(t.Context(), []d1.Statement{stmt("SELECT 1"), stmt("INSERT INTO u VALUES (1)")}, 0); !errors.Is(err, sqlite.ErrNeedsWriter) {
		t.Errorf("a write on a reader: %v, want ErrNeedsWriter", err)
	}
	for _, sql := range []string{"SELECT last_insert_rowid()", "SELECT changes()", "PRAGMA foreign_keys", "PRAGMA case_sensitive_like=1"} {
		if _, err := r.Query(t.Context(), []d1.Statement{stmt(sql)}, 0); !errors.Is(err, sqlite.ErrNeedsWriter) {
			t.Errorf("%s on a reader: %v, want ErrNeedsWriter", sql, err)
		}
	}
}

func TestDeferredForeignKeyFailsAtCommit(t *testing.T) {
	c, _ := open(t)
	one(t, c, "CREATE TABLE p(id INTEGER PRIMARY KEY)")
	one(t, c, "CREATE TABLE k(p REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED)")
	for _, stmts := range [][]d1.Statement{
		{stmt("INSERT INTO k VALUES (7)")},
		{stmt("INSERT INTO k VALUES (7)"), stmt("SELECT 1")},
		{stmt("INSERT INTO k VALUES (7)")},
	} {
		e := fails(t, c, stmts...)
		if want := "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)"; e.Message != want {
			t.Errorf("%q, want %q", e.Message, want)
		}
	}
	if got := string(one(t, c, "SELECT count(*) FROM k").Rows.JSON); got != "[[0]]" {
		t.Errorf("rows %s, want [[0]]", got)
	}
}

func TestAReaderSeesTheLastCommitAndItsSchema(t *testing.T) {
	c, reader := open(t)
	r := reader()
	one(t, c, "CREATE TABLE u(a)")
	for i := range 5 {
		one(t, c, "INSERT INTO u VALUES (?)", i)
		res := one(t, r, "SELECT * FROM u")
		if res.Rows.Count != int64(i+1) {
			t.Fatalf("reader sees %d rows, want %d", res.Rows.Count, i+1)
		}
	}
	one(t, c, "ALTER TABLE u ADD COLUMN b DEFAULT 'x'")
	res := one(t, r, "SELECT * FROM u")
	if got := strings.Join(res.Rows.Columns, ","); got != "a,b" {
		t.Errorf("columns %s, want a,b", got)
	}
	if got := string(res.Rows.ColumnsJSON); got != `["a","b"]` {
		t.Errorf("columns %s", got)
	}
}

func TestReadersPlanWithNewStatistics(t *testing.T) {
	c, reader := open(t)
	r := reader()
	for _, sql := range []string{
		"CREATE TABLE s(id INTEGER PRIMARY KEY, few INT, many INT, x TEXT)", "CREATE INDEX s_few ON s(few)",
		"CREATE INDEX s_many ON s(many)", "CREATE TABLE o(k INTEGER PRIMARY KEY, v INT)", "CREATE INDEX o_v ON o(v)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) INSERT INTO s SELECT i, i%2, i%500, 'x'||i FROM n",
		"INSERT INTO o SELECT id, few FROM s WHERE id <= 300",
	} {
		one(t, c, sql)
	}
	const plan = "EXPLAIN QUERY PLAN SELECT count(s.x) FROM s JOIN o ON o.v = s.few AND s.many = o.k"
	before := string(one(t, r, plan).Rows.JSON)
	one(t, c, "ANALYZE")
	if after := string(one(t, r, plan).Rows.JSON); after == before || after != string(one(t, c, plan).Rows.JSON) {
		t.Errorf("the reader plans %s, before ANALYZE %s", after, before)
	}
}

func TestALongQueryStops(t *testing.T) {
	const forever = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT count(*) FROM r"
	path := filepath.Join(t.TempDir(), "db.sqlite")
	limits := d1.Cloudflare()
	limits.QueryTime = 20 * time.Millisecond
	c, err := sqlite.Open(path, sqlite.Options{Limits: limits, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		if e := fails(t, c, stmt(forever)); e.Message != d1.TextTimeout || e.Code != d1.CodeTimeout {
			t.Errorf("%v %q, want %q", e.Code, e.Message, d1.TextTimeout)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	_, err = c.Query(ctx, []d1.Statement{stmt(forever)}, 0)
	if e := d1.AsError(err); e.Code != d1.CodeCanceled {
		t.Errorf("%v, want the code of a cancellation", err)
	}
	if got := string(one(t, c, "SELECT 1").Rows.JSON); got != "[[1]]" {
		t.Errorf("afterwards %s", got)
	}
}

func TestLargeResultsGrow(t *testing.T) {
	c, _ := open(t)
	res := one(t, c, "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r WHERE n<5000) "+
		"SELECT n, hex(randomblob(40)), printf('%.*c', n%3000, 'x') FROM r")
	if res.Rows.Count != 5000 || strings.Count(string(res.Rows.JSON), "],[") != 4999 {
		t.Errorf("%d rows, %d separators", res.Rows.Count, strings.Count(string(res.Rows.JSON), "],["))
	}
}

func TestTextsWithoutStatements(t *testing.T) {
	c, _ := open(t)
	for _, sql := range []string{"", " ;; ", "-- nothing", "/* nothing */ ;", "\n"} {
		res, err := c.Query(t.Context(), []d1.Statement{stmt(sql)}, 0)
		if err != nil || len(res) != 0 {
			t.Errorf("%q: %d results, %v; want none", sql, len(res), err)
		}
	}
	if got := one(t, c, "SELECT 1; SELECT 2 /* y */;; -- z").Rows; string(got.JSON) != "[[2]]" || got.Columns[0] != "2" {
		t.Errorf("%s %v, want the last statement's", got.JSON, got.Columns)
	}
}
