package servicetest

import (
	"strings"
	"time"

	"github.com/dione-db/dione/d1"
)

var catalogCases = []testCase{
	{"a new database is found", func(s *suite) {
		name := s.name("shop")
		made, err := s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: name})
		if err != nil {
			s.Fatal(err)
		}
		if made.Name != name || time.Since(made.CreatedAt).Abs() > time.Hour {
			s.Errorf("made %+v", made)
		}
		if parsed, ok := d1.ParseDatabaseID(string(made.ID)); !ok || parsed != made.ID {
			s.Errorf("id %q", made.ID)
		}
		for _, key := range []string{name, string(made.ID)} {
			got, err := s.svc.Database(s.Context(), key)
			if err != nil || got.ID != made.ID || got.Name != name || !got.CreatedAt.Equal(made.CreatedAt) {
				s.Errorf("Database(%q) = %+v, %v; want %+v", key, got, err, made)
			}
		}
	}},
	{"size and tables", func(s *suite) {
		empty, err := s.svc.Database(s.Context(), string(s.db))
		if err != nil || empty.NumTables != 0 || empty.FileSize <= 0 {
			s.Errorf("empty: %+v, %v", empty, err)
		}
		s.exec(`CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)`, `CREATE TABLE b (x UNIQUE)`, `CREATE VIEW v AS SELECT 1`)
		got, err := s.svc.Database(s.Context(), string(s.db))
		if err != nil || got.NumTables != 2 || got.FileSize <= empty.FileSize {
			s.Errorf("%+v, %v; want two tables", got, err)
		}
	}},
	{"an id of the caller's choice", func(s *suite) {
		id := d1.NewDatabaseID()
		made, err := s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: s.name("chosen"), ID: id})
		if err != nil || made.ID != id {
			s.Fatalf("%+v, %v; want the id %s", made, err, id)
		}
		_, err = s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: s.name("again"), ID: id})
		s.wantError(err, d1.KindConflict, "")
	}},
	{"names that cannot be", func(s *suite) {
		for _, name := range []string{"", "a b", "a/b", "ä", "..", strings.Repeat("x", 65), string(d1.NewDatabaseID())} {
			_, err := s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: name})
			s.wantError(err, d1.KindInvalid, "")
		}
	}},
	{"a name that is taken", func(s *suite) {
		name := s.name("taken")
		s.create(name)
		_, err := s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: name})
		s.wantError(err, d1.KindConflict, "")
	}},
	{"a database that is not there", func(s *suite) {
		for _, key := range []string{"", "nope", string(d1.NewDatabaseID()), "%"} {
			_, err := s.svc.Database(s.Context(), key)
			s.wantError(err, d1.KindNotFound, "")
		}
	}},
	{"the list starts with the newest", func(s *suite) {
		part := s.name("Listed") + "-"
		for _, n := range []string{"one", "two", "three"} {
			s.create(part + n)
		}
		for _, c := range []struct {
			req   d1.ListRequest
			want  string
			total int
		}{
			{d1.ListRequest{Name: strings.ToUpper(part)}, "three two one", 3},
			{d1.ListRequest{Name: part, PerPage: 2}, "three two", 3},
			{d1.ListRequest{Name: part, PerPage: 2, Page: 2}, "one", 3},
			{d1.ListRequest{Name: part, PerPage: 2, Page: 3}, "", 3},
			{d1.ListRequest{Name: part + "t"}, "three two", 2},
			{d1.ListRequest{Name: part + "%"}, "", 0},
		} {
			resp, err := s.svc.Databases(s.Context(), c.req)
			var got []string
			for _, db := range resp.Databases {
				got = append(got, strings.TrimPrefix(db.Name, part))
			}
			if err != nil || strings.Join(got, " ") != c.want || resp.Total != c.total {
				s.Errorf("%+v: %v of %d, %v; want %s of %d", c.req, got, resp.Total, err, c.want, c.total)
			}
		}
	}},
	{"pages that cannot be", func(s *suite) {
		for _, req := range []d1.ListRequest{{Page: -1}, {PerPage: -1}, {PerPage: 10_001}} {
			_, err := s.svc.Databases(s.Context(), req)
			s.wantError(err, d1.KindInvalid, "")
		}
	}},
	{"a deleted database is gone", func(s *suite) {
		name := s.name("doomed")
		s.db = s.create(name)
		s.exec(`CREATE TABLE t (a)`)
		if err := s.svc.DeleteDatabase(s.Context(), s.db); err != nil {
			s.Fatal(err)
		}
		_, err := s.try(stmt(`SELECT 1`))
		s.wantError(err, d1.KindNotFound, "")
		_, err = s.try(stmt(`INSERT INTO t VALUES (1)`))
		s.wantError(err, d1.KindNotFound, "")
		_, err = s.load(`SELECT 1`)
		s.wantError(err, d1.KindNotFound, "")
		_, err = s.svc.Database(s.Context(), name)
		s.wantError(err, d1.KindNotFound, "")
		s.wantError(s.svc.DeleteDatabase(s.Context(), s.db), d1.KindNotFound, "")
		resp, err := s.svc.Databases(s.Context(), d1.ListRequest{Name: name})
		if err != nil || len(resp.Databases) != 0 {
			s.Errorf("the list still has %+v, %v", resp.Databases, err)
		}
		s.db = s.create(name) // the name is free, the data gone
		s.wantRows(`[[0]]`, `SELECT count(*) FROM sqlite_schema`)
	}},
	{"a database made anew under its old id", func(s *suite) {
		first := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		if err := s.svc.DeleteDatabase(s.Context(), s.db); err != nil {
			s.Fatal(err)
		}
		if _, err := s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: s.name("anew"), ID: s.db}); err != nil {
			s.Fatal(err)
		}
		if again := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`); again <= first {
			s.Errorf("bookmark %s after %s", again, first)
		}
	}},
	{"an unknown database cannot be deleted", func(s *suite) {
		s.wantError(s.svc.DeleteDatabase(s.Context(), d1.NewDatabaseID()), d1.KindNotFound, "")
	}},
}
