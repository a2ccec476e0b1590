package sqlite_test

import (
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
)

func TestImport(t *testing.T) {
	c, _ := open(t)
	n, meta, err := c.Import(t.Context(), []byte(`-- a dump
PRAGMA foreign_keys=off;
CREATE TABLE k(p REFERENCES p(id));
INSERT INTO k VALUES (1),(1); /* a ; in a comment */
CREATE TRIGGER tr AFTER INSERT ON k BEGIN
  UPDATE k SET p = CASE WHEN p = 2 THEN 1 ELSE p END; SELECT 'x;y';
END;
CREATE TABLE p(id INTEGER PRIMARY KEY, "a;b" TEXT DEFAULT ';');
INSERT INTO p(id) VALUES (1)`))
	if err != nil {
		t.Fatal(err)
	}
	if n != 6 || meta.Changes != 3 || meta.RowsWritten == 0 {
		t.Errorf("%d statements, meta %+v; want 6 with 3 changes", n, meta)
	}
	if got := string(one(t, c, `SELECT count(*), (SELECT "a;b" FROM p) FROM k`).Rows.JSON); got != `[[2,";"]]` {
		t.Errorf("after the import %s", got)
	}
	if e := fails(t, c, stmt("INSERT INTO k VALUES (9)")); !strings.HasPrefix(e.Message, "FOREIGN KEY constraint failed") {
		t.Errorf("%v; want foreign keys on again", e)
	}
}

func TestImportFailsWhole(t *testing.T) {
	c, _ := open(t)
	for _, tc := range []struct {
		name, sql, want string
		statement, line int
	}{
		{"syntax", "CREATE TABLE a(x);\n\n-- why\nNOT SQL;\n", `near "NOT": syntax error at offset 0: SQLITE_ERROR`, 2, 4},
		{"transaction", "CREATE TABLE a(x);\nBEGIN;", d1.TextTransaction, 2, 2},
		{"parameter", "SELECT ?;", d1.TextParamCount, 1, 1},
		{"too long", "CREATE TABLE a(x);\n SELECT '" + strings.Repeat("x", 100_000) + "';", "statement too long: SQLITE_TOOBIG", 2, 2},
		{"unfinished trigger", "CREATE TRIGGER x AFTER INSERT ON y BEGIN SELECT 1;\n SELECT 2;\n", "no such table: main.y: SQLITE_ERROR", 1, 1},
		{"strings over lines", "SELECT 'a\nb\n;';\nSELECT nope;", "no such column: nope at offset 7: SQLITE_ERROR", 2, 4},
	} {
		_, _, err := c.Import(t.Context(), []byte(tc.sql))
		e := d1.AsError(err)
		if e == nil || e.Message != tc.want || e.Statement != tc.statement || e.Line != tc.line {
			t.Errorf("%s: %+v; want %q in statement %d on line %d", tc.name, e, tc.want, tc.statement, tc.line)
		}
	}
	if got := string(one(t, c, "SELECT count(*) FROM sqlite_schema").Rows.JSON); got != "[[0]]" {
		t.Errorf("%s objects stayed, want none", got)
	}
}

func TestImportOfNothing(t *testing.T) {
	c, _ := open(t)
	for _, sql := range []string{"", "\n", ";;", "-- x"} {
		if n, _, err := c.Import(t.Context(), []byte(sql)); n != 0 || err != nil {
			t.Errorf("%q: %d statements, %v", sql, n, err)
		}
	}
	_, _, err := c.Import(t.Context(), []byte("SELECT 1;\n\x00"))
	if e := d1.AsError(err); e == nil || e.Kind != d1.KindInvalid || e.Line != 2 {
		t.Errorf("a zero byte: %+v, want KindInvalid on line 2", e)
	}
}
