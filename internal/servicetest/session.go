package servicetest

import (
	"github.com/dione-db/dione/d1"
)

// ask runs one statement in a session and gives the bookmark.
func (s *suite) ask(session, sql string) d1.Bookmark {
	s.Helper()
	resp, err := s.svc.Query(s.Context(), d1.QueryRequest{Database: s.db, Session: session, Statements: []d1.Statement{{SQL: sql}}})
	if err != nil {
		s.Fatalf("%s in session %q: %v", sql, session, err)
	}
	if !bookmarkShape.MatchString(string(resp.Bookmark)) {
		s.Errorf("bookmark %q has another shape", resp.Bookmark)
	}
	return resp.Bookmark
}

var sessionCases = []testCase{
	{"no session, no bookmark", func(s *suite) {
		resp, err := s.svc.Query(s.Context(), d1.QueryRequest{Database: s.db, Statements: []d1.Statement{{SQL: `CREATE TABLE t (a)`}}})
		if err != nil || resp.Bookmark != "" {
			s.Errorf("bookmark %q, %v", resp.Bookmark, err)
		}
	}},
	{"every write gives a greater bookmark", func(s *suite) {
		last := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		for _, sql := range []string{
			`INSERT INTO t VALUES (1)`, `UPDATE t SET a = a`, `CREATE INDEX i ON t (a)`, `ALTER TABLE t RENAME TO u`,
			`DROP INDEX i`, `INSERT INTO u VALUES (2) RETURNING a`, `WITH v AS (SELECT 3 AS a) INSERT INTO u SELECT a FROM v`,
		} {
			next := s.ask(string(last), sql)
			if next <= last {
				s.Errorf("%s: bookmark %s after %s", sql, next, last)
			}
			last = next
		}
	}},
	{"a read repeats the last bookmark", func(s *suite) {
		wrote := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		for _, session := range []string{d1.FirstPrimary, d1.FirstUnconstrained, string(wrote)} {
			if got := s.ask(session, `SELECT * FROM t`); got != wrote {
				s.Errorf("session %q: bookmark %s, want %s", session, got, wrote)
			}
		}
	}},
	{"writes without a session are in later bookmarks", func(s *suite) {
		before := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		s.exec(`INSERT INTO t VALUES (1)`)
		if after := s.ask(string(before), `SELECT * FROM t`); after <= before {
			s.Errorf("bookmark %s after %s", after, before)
		}
	}},
	{"a write that changes nothing keeps the order", func(s *suite) {
		before := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		if after := s.ask(string(before), `DELETE FROM t`); after < before {
			s.Errorf("bookmark %s after %s", after, before)
		}
	}},
	{"texts that are no bookmark are no error", func(s *suite) {
		made := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		for _, session := range []string{
			"token-doesnot-matter-for-now", "00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683",
			"ffffffff-ffffffff-ffffffff-ffffffffffffffffffffffffffffffff", "é",
		} {
			if got := s.ask(session, `SELECT * FROM t`); got != made {
				s.Errorf("session %q: bookmark %s, want %s", session, got, made)
			}
		}
	}},
	{"a bookmark of another database is no error", func(s *suite) {
		here, first := s.db, s.ask(d1.FirstPrimary, `SELECT 1`)
		s.db = s.create(s.name("other"))
		there := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		if there == first {
			s.Errorf("two databases gave the bookmark %s", there)
		}
		s.db = here
		if got := s.ask(string(there), `SELECT 1`); got != first {
			s.Errorf("bookmark %s, want %s", got, first)
		}
	}},
	{"a bookmark also beside an error", func(s *suite) {
		made := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		for _, sql := range []string{`SELECT nope`, `INSERT INTO nope VALUES (1)`, ``} {
			resp, err := s.svc.Query(s.Context(), d1.QueryRequest{
				Database: s.db, Session: d1.FirstPrimary,
				Statements: []d1.Statement{{SQL: sql}},
			})
			if err == nil || resp.Bookmark < made || !bookmarkShape.MatchString(string(resp.Bookmark)) {
				s.Errorf("%q: bookmark %q, error %v", sql, resp.Bookmark, err)
			}
		}
	}},
	{"an older bookmark of the session is followed by the newest", func(s *suite) {
		old := s.ask(d1.FirstPrimary, `CREATE TABLE t (a)`)
		newest := s.ask(string(old), `INSERT INTO t VALUES (1)`)
		if got := s.ask(string(old), `SELECT * FROM t`); got != newest {
			s.Errorf("bookmark %s, want %s", got, newest)
		}
	}},
}
