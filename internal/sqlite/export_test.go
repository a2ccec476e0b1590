package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// exportOf gives the lines of an export of the database at path.
func exportOf(t *testing.T, path string, req d1.ExportRequest) ([]string, error) {
	t.Helper()
	c, err := sqlite.Open(path, sqlite.Options{ReadOnly: true, Trusted: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var lines []string
	err = c.Export(t.Context(), req, func(l string) error {
		lines = append(lines, l)
		return nil
	})
	return lines, err
}

func TestExportRoundTrip(t *testing.T) {
	dir := t.TempDir()
	open := func(name string) *sqlite.Conn {
		c, err := sqlite.Open(filepath.Join(dir, name), sqlite.Options{Limits: d1.Cloudflare(), Create: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	c := open("a")
	if _, _, err := c.Import(t.Context(), []byte(`
CREATE TABLE "order"(id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" TEXT, g AS (id*2), v);
CREATE TABLE k(o REFERENCES "order"(id));
CREATE INDEX i ON k(o);
CREATE TRIGGER tr AFTER INSERT ON k BEGIN SELECT 1; END;
CREATE VIEW w AS SELECT * FROM k;
INSERT INTO "order"("a b", v) VALUES ('it''s', 9223372036854775807), ('two' || char(10) || 'lines' || char(13), 9e999),
  ('nul' || char(0) || 'x', x'00ff'), ('\n' || char(10), -9e999), (NULL, 0.1), ('é😀', -9223372036854775807), ('', x'');
INSERT INTO k VALUES (1), (2);`)); err != nil {
		t.Fatal(err)
	}
	lines, err := exportOf(t, filepath.Join(dir, "a"), d1.ExportRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"PRAGMA defer_foreign_keys=TRUE;",
		`INSERT INTO "order" ("id","a b","v") VALUES(1,'it''s',9223372036854775807);`,
		`INSERT INTO "order" ("id","a b","v") VALUES(2,replace(replace('two\nlines\r','\r',char(13)),'\n',char(10)),9.0e+999);`,
		"DELETE FROM sqlite_sequence;", `INSERT INTO "sqlite_sequence" ("name","seq") VALUES('order',7);`,
		"CREATE INDEX i ON k(o);",
	} {
		found := false
		for _, l := range lines {
			found = found || l == want
			if strings.ContainsAny(l, "\n\r") && !strings.HasPrefix(l, "CREATE") {
				t.Errorf("%q has a line break", l)
			}
		}
		if !found {
			t.Errorf("no line %s in\n%s", want, strings.Join(lines, "\n"))
		}
	}
	b := open("b")
	if _, _, err := b.Import(t.Context(), []byte(strings.Join(lines, "\n"))); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`SELECT id, typeof("a b"), hex("a b"), typeof(v), hex(v), quote(v) FROM "order"`,
		"SELECT * FROM k", "SELECT type, name FROM sqlite_schema ORDER BY name", "SELECT * FROM sqlite_sequence",
	} {
		if was, is := string(one(t, c, sql).Rows.JSON), string(one(t, b, sql).Rows.JSON); was != is {
			t.Errorf("%s\n was %s\n is  %s", sql, was, is)
		}
	}
}

func TestExportOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	c, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	one(t, c, "CREATE TABLE a(x); CREATE TABLE b(x); INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)")
	for _, tc := range []struct {
		name string
		req  d1.ExportRequest
		want string
	}{
		{"no data", d1.ExportRequest{NoData: true}, "PRAGMA defer_foreign_keys=TRUE; CREATE TABLE a(x); CREATE TABLE b(x);"},
		{"no schema", d1.ExportRequest{NoSchema: true}, `PRAGMA defer_foreign_keys=TRUE; INSERT INTO "a" ("x") VALUES(1); INSERT INTO "b" ("x") VALUES(2);`},
		{"one table", d1.ExportRequest{Tables: []string{"b"}}, `PRAGMA defer_foreign_keys=TRUE; CREATE TABLE b(x); INSERT INTO "b" ("x") VALUES(2);`},
	} {
		lines, err := exportOf(t, path, tc.req)
		if got := strings.Join(lines, " "); err != nil || got != tc.want {
			t.Errorf("%s: %s, %v; want %s", tc.name, got, err, tc.want)
		}
	}
	one(t, c, "CREATE VIRTUAL TABLE f USING fts5(body)")
	_, err = exportOf(t, path, d1.ExportRequest{})
	if e := d1.AsError(err); e == nil || e.Message != "D1 Export error: cannot export databases with Virtual Tables (fts5)" {
		t.Errorf("a virtual table: %v", err)
	}
}
