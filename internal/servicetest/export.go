package servicetest

import (
	"context"
	"strings"

	"github.com/dione-db/dione/d1"
)

func (s *suite) export(req d1.ExportRequest) string {
	s.Helper()
	req.Database = s.db
	resp, err := s.svc.Export(s.Context(), req)
	if err != nil {
		s.Fatalf("export: %v", err)
	}
	return strings.Join(resp.Lines, "\n")
}

var exportCases = []testCase{
	{"what is exported can be imported", func(s *suite) {
		s.exec(`CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, x)`, `CREATE TABLE c (p REFERENCES p (id), r REAL, b BLOB)`,
			`CREATE INDEX i ON c (p)`, `CREATE VIEW v AS SELECT x FROM p`,
			`CREATE TRIGGER g AFTER INSERT ON p BEGIN DELETE FROM c WHERE p IS NULL; END`,
			"INSERT INTO p (x) VALUES ('it''s; é\nline'), (NULL), (9223372036854775807)",
			`INSERT INTO c VALUES (1, 0.1, x'00ff'), (2, 1e300, '')`)
		first := s.export(d1.ExportRequest{})
		s.db = s.create(s.name("copy"))
		if _, err := s.load(first); err != nil {
			s.Fatalf("import of\n%s\n%v", first, err)
		}
		if second := s.export(d1.ExportRequest{}); second != first {
			s.Errorf("the copy's export\n%s\nis not\n%s", second, first)
		}
		s.wantRows(`[[1,"it's; é\nline"],[2,null],[3,9223372036854776000]]`, `SELECT id, x FROM p`)
		s.wantRows(`[[1,0.1,"X'00FF'"],[2,1e+300,"''"]]`, `SELECT p, r, quote(b) FROM c`)
	}},
	{"only some of it", func(s *suite) {
		s.exec(`CREATE TABLE a (n)`, `CREATE TABLE b (n)`, `INSERT INTO a VALUES (1)`, `INSERT INTO b VALUES (2)`)
		for _, c := range []struct {
			req  d1.ExportRequest
			want string
		}{
			{d1.ExportRequest{NoData: true}, "CREATE TABLE a (n);\nCREATE TABLE b (n);"},
			{d1.ExportRequest{NoSchema: true}, "INSERT INTO \"a\" (\"n\") VALUES(1);\nINSERT INTO \"b\" (\"n\") VALUES(2);"},
			{d1.ExportRequest{NoSchema: true, Tables: []string{"b"}}, `INSERT INTO "b" ("n") VALUES(2);`},
		} {
			if got, want := s.export(c.req), "PRAGMA defer_foreign_keys=TRUE;\n"+c.want; got != want {
				s.Errorf("%+v:\n%s\nwant\n%s", c.req, got, want)
			}
		}
	}},
	{"virtual tables cannot be exported", func(s *suite) {
		s.exec(`CREATE VIRTUAL TABLE f USING fts5(body)`)
		_, err := s.svc.Export(s.Context(), d1.ExportRequest{Database: s.db})
		s.wantError(err, d1.KindSQL, "D1 Export error: cannot export databases with Virtual Tables (fts5)")
		s.wantRows(`[[1]]`, `SELECT 1`)
	}},
	{"an unknown database", func(s *suite) {
		_, err := s.svc.Export(s.Context(), d1.ExportRequest{Database: d1.NewDatabaseID()})
		s.wantError(err, d1.KindNotFound, "")
	}},
	{"an export that is given up", func(s *suite) {
		s.exec(`CREATE TABLE t (n)`)
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		_, _ = s.svc.Export(ctx, d1.ExportRequest{Database: s.db}) // it may be faster than the cancellation
		s.exec(`DROP TABLE t`)                                     // and nothing is in the way afterwards
	}},
}
