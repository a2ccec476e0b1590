package servicetest

import (
	"fmt"
	"strings"

	"github.com/dione-db/dione/d1"
)

func (s *suite) load(sql string) (d1.ImportResponse, error) {
	return s.svc.Import(s.Context(), d1.ImportRequest{Database: s.db, SQL: []byte(sql)})
}

var importCases = []testCase{
	{"a file of statements", func(s *suite) {
		before := s.ask(d1.FirstPrimary, `SELECT 1`)
		resp, err := s.load("-- a dump\nCREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\n" +
			"INSERT INTO t VALUES (1,'semi;colon'),(2,'line\nbreak');\nINSERT INTO t VALUES (3,'it''s');\n\n")
		if err != nil {
			s.Fatal(err)
		}
		m := resp.Meta
		if resp.NumQueries != 3 || m.Changes != 3 || m.LastRowID != 3 || !m.ChangedDB || m.RowsWritten < 3 || m.ServedBy == "" {
			s.Errorf("%d queries, meta %+v", resp.NumQueries, m)
		}
		if resp.Bookmark <= before || !bookmarkShape.MatchString(string(resp.Bookmark)) {
			s.Errorf("bookmark %q after %q", resp.Bookmark, before)
		}
		s.wantRows(`[[1,"semi;colon"],[2,"line\nbreak"],[3,"it's"]]`, `SELECT * FROM t`)
	}},
	{"an error names the statement and its line", func(s *suite) {
		_, err := s.load("CREATE TABLE t (a);\n\n-- two rows\nINSERT INTO t VALUES (1);\n  INSERT INTO\n  nope VALUES (2);\nINSERT INTO t VALUES (3);")
		e := s.wantError(err, d1.KindSQL, "")
		if e.Statement != 3 || e.Line != 5 {
			s.Errorf("statement %d, line %d; want statement 3, line 5", e.Statement, e.Line)
		}
		if !strings.HasPrefix(e.Message, "no such table: nope") {
			s.Errorf("error %q", e.Message)
		}
		s.wantRows(`[[0]]`, `SELECT count(*) FROM sqlite_schema`)
	}},
	{"tables in any order", func(s *suite) {
		const dump = `CREATE TABLE c (p INTEGER REFERENCES p (id));
			INSERT INTO c VALUES (1);
			CREATE TABLE p (id INTEGER PRIMARY KEY);
			INSERT INTO p VALUES (1);`
		if _, err := s.load("PRAGMA foreign_keys=off;\n" + dump); err != nil {
			s.Fatal(err)
		}
		_, err := s.try(stmt(`INSERT INTO c VALUES (2)`))
		s.wantError(err, d1.KindSQL, // the pragma held for the import alone
			"FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)")
	}},
	{"a failed import leaves the database as it was", func(s *suite) {
		s.exec(`CREATE TABLE t (a UNIQUE)`, `INSERT INTO t VALUES (5)`)
		var b strings.Builder
		for i := range 10 {
			fmt.Fprintf(&b, "INSERT INTO t VALUES (%d);\n", i)
		}
		_, err := s.load(b.String())
		if e := s.wantError(err, d1.KindSQL, ""); e.Line != 6 {
			s.Errorf("line %d, want 6", e.Line)
		}
		s.wantRows(`[[5]]`, `SELECT a FROM t`)
	}},
	{"what D1 refuses", func(s *suite) {
		_, err := s.load("CREATE TABLE t (a);\nBEGIN TRANSACTION;\nINSERT INTO t VALUES (1);\nCOMMIT;")
		if e := s.wantError(err, d1.KindSQL, d1.TextTransaction); e.Line != 2 || e.Statement != 2 {
			s.Errorf("statement %d, line %d; want 2 and 2", e.Statement, e.Line)
		}
	}},
	{"a file without statements", func(s *suite) {
		for _, sql := range []string{"", "\n\n", "-- nothing\n;;\n"} {
			_, err := s.load(sql)
			s.wantError(err, d1.KindInvalid, d1.TextNoStatements)
		}
	}},
	{"an unknown database", func(s *suite) {
		_, err := s.svc.Import(s.Context(), d1.ImportRequest{Database: d1.NewDatabaseID(), SQL: []byte(`SELECT 1`)})
		s.wantError(err, d1.KindNotFound, "")
	}},
	{"triggers and larger files", func(s *suite) {
		var b strings.Builder
		b.WriteString("CREATE TABLE t (a); CREATE TABLE log (a);\n" +
			"CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); SELECT 1; END;\n")
		for i := range 2_000 {
			fmt.Fprintf(&b, "INSERT INTO t VALUES ('%d %s');\n", i, strings.Repeat("x", 50))
		}
		resp, err := s.load(b.String())
		if err != nil || resp.NumQueries != 2_003 {
			s.Fatalf("%d queries, %v", resp.NumQueries, err)
		}
		s.wantRows(`[[2000]]`, `SELECT count(*) FROM log`)
	}},
}
