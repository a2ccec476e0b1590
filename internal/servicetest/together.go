package servicetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dione-db/dione/d1"
)

// endless runs until somebody stops it.
const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n`

// soon is more than any answer may take once its context has ended.
const soon = 10 * time.Second

var togetherCases = []testCase{
	{"no increment is lost", func(s *suite) {
		s.exec(`CREATE TABLE t (n INTEGER)`, `INSERT INTO t VALUES (0)`)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					if _, err := s.try(stmt(`UPDATE t SET n = n + 1`)); err != nil {
						s.Errorf("update: %v", err)
					}
				}
			})
		}
		wg.Wait()
		s.wantRows(`[[160]]`, `SELECT n FROM t`)
	}},
	{"nobody sees half a batch", func(s *suite) {
		s.exec(`CREATE TABLE a (n INTEGER)`, `CREATE TABLE b (n INTEGER)`, `INSERT INTO a VALUES (0)`, `INSERT INTO b VALUES (0)`)
		var done atomic.Bool
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for !done.Load() {
					res, err := s.try(stmt(`SELECT n FROM a`), stmt(`SELECT n FROM b`))
					if err != nil {
						s.Errorf("read: %v", err)
						return
					}
					if rows(res[0]) != rows(res[1]) {
						s.Errorf("one read saw %s and %s", rows(res[0]), rows(res[1]))
						return
					}
				}
			})
		}
		for range 100 {
			s.query(stmt(`UPDATE a SET n = n + 1`), stmt(`UPDATE b SET n = n + 1`))
		}
		done.Store(true)
		wg.Wait()
	}},
	{"what was acknowledged is seen", func(s *suite) {
		s.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY)`)
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 25 {
					id := 1000*w + i
					if _, err := s.try(stmt(`INSERT INTO t VALUES (?)`, id)); err != nil {
						s.Errorf("insert: %v", err)
						return
					}
					res, err := s.try(stmt(`SELECT count(*) FROM t WHERE id = ?`, id))
					if err != nil || rows(res[0]) != `[[1]]` {
						s.Errorf("row %d after its insert: %v", id, err)
						return
					}
				}
			})
		}
		wg.Wait()
	}},
	{"bookmarks of writers are all different", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		var mu sync.Mutex
		seen := make(map[d1.Bookmark]bool)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				session := d1.FirstPrimary
				for range 25 {
					resp, err := s.svc.Query(s.Context(), d1.QueryRequest{
						Database: s.db, Session: session,
						Statements: []d1.Statement{{SQL: `INSERT INTO t VALUES (1)`}},
					})
					if err != nil {
						s.Errorf("insert: %v", err)
						return
					}
					mu.Lock()
					if seen[resp.Bookmark] || session != d1.FirstPrimary && string(resp.Bookmark) <= session {
						s.Errorf("bookmark %s after %s", resp.Bookmark, session)
					}
					seen[resp.Bookmark] = true
					mu.Unlock()
					session = string(resp.Bookmark)
				}
			})
		}
		wg.Wait()
	}},
	{"many databases at once", func(s *suite) {
		var wg sync.WaitGroup
		for i := range 10 {
			id := s.create(s.name("many"))
			wg.Go(func() {
				resp, err := s.svc.Query(s.Context(), d1.QueryRequest{Database: id, Statements: []d1.Statement{
					{SQL: `CREATE TABLE t (a)`}, {SQL: fmt.Sprintf(`INSERT INTO t VALUES (%d)`, i)}, {SQL: `SELECT a FROM t`},
				}})
				if err != nil || rows(resp.Results[2]) != fmt.Sprintf(`[[%d]]`, i) {
					s.Errorf("database %d: %v", i, err)
				}
			})
		}
		wg.Wait()
	}},
	{"a context that has ended", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		for _, sql := range []string{`SELECT 1`, `INSERT INTO t VALUES (1)`} {
			if _, err := s.svc.Query(ctx, d1.QueryRequest{Database: s.db, Statements: []d1.Statement{{SQL: sql}}}); err == nil {
				s.Errorf("%s ran", sql)
			}
		}
		s.wantRows(`[[0]]`, `SELECT count(*) FROM t`)
	}},
	{"a reader that goes away", func(s *suite) {
		s.stopped(func(ctx context.Context) error {
			_, err := s.svc.Query(ctx, d1.QueryRequest{Database: s.db, Statements: []d1.Statement{{SQL: endless}}})
			return err
		})
		s.wantRows(`[[1]]`, `SELECT 1`)
	}},
	{"a writer that goes away", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		s.stopped(func(ctx context.Context) error {
			_, err := s.svc.Query(ctx, d1.QueryRequest{
				Database:   s.db,
				Statements: []d1.Statement{{SQL: `INSERT INTO t VALUES (1)`}, {SQL: `INSERT INTO t ` + endless}},
			})
			return err
		})
		s.exec(`INSERT INTO t VALUES (2)`)
		s.wantRows(`[[2]]`, `SELECT a FROM t`)
	}},
	{"an importer that goes away", func(s *suite) {
		s.stopped(func(ctx context.Context) error {
			_, err := s.svc.Import(ctx, d1.ImportRequest{Database: s.db, SQL: []byte("CREATE TABLE t (a);\n" + endless)})
			return err
		})
		s.wantRows(`[[0]]`, `SELECT count(*) FROM sqlite_schema`)
	}},
	{"a writer that waits and goes away", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		ctx, cancel := context.WithCancel(s.Context())
		blocked := make(chan error, 1)
		go func() {
			_, err := s.svc.Query(ctx, d1.QueryRequest{Database: s.db, Statements: []d1.Statement{{SQL: `INSERT INTO t ` + endless}}})
			blocked <- err
		}()
		s.stopped(func(ctx context.Context) error {
			_, err := s.svc.Query(ctx, d1.QueryRequest{
				Database:   s.db,
				Statements: []d1.Statement{{SQL: `INSERT INTO t ` + endless}},
			})
			return err
		})
		cancel()
		if err := <-blocked; err == nil {
			s.Error("the endless write ended")
		}
		s.wantRows(`[[0]]`, `SELECT count(*) FROM t`)
	}},
	{"deleting while others ask", func(s *suite) {
		s.exec(`CREATE TABLE t (a)`)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range 6 {
			sql := []string{`SELECT count(*) FROM t`, `INSERT INTO t VALUES (1)`}[i%2]
			wg.Go(func() {
				<-start
				for {
					if _, err := s.try(stmt(sql)); err != nil {
						s.wantError(err, d1.KindNotFound, "")
						return
					}
				}
			})
		}
		close(start)
		s.query(stmt(`INSERT INTO t VALUES (0)`))
		if err := s.svc.DeleteDatabase(s.Context(), s.db); err != nil {
			s.Errorf("delete: %v", err)
		}
		wg.Wait()
	}},
	{"creating one name at once", func(s *suite) {
		name := s.name("raced")
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if _, err := s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: name}); err == nil {
					won.Add(1)
				} else {
					s.wantError(err, d1.KindConflict, "")
				}
			})
		}
		wg.Wait()
		if n := won.Load(); n != 1 {
			s.Errorf("%d creators won, want 1", n)
		}
	}},
	{"texts of errors hold no path", func(s *suite) {
		for _, sql := range []string{`SELECT nope`, `ATTACH '/x' AS y`, `SELECT load_extension('x')`} {
			if _, err := s.try(stmt(sql)); err == nil || strings.Contains(err.Error(), "db.sqlite") {
				s.Errorf("%s: %v", sql, err)
			}
		}
	}},
}

// stopped runs fn with a context that ends while it runs, and wants an error soon after.
func (s *suite) stopped(fn func(ctx context.Context) error) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := fn(ctx); err == nil {
		s.Error("what never ends has ended")
	}
	if took := time.Since(start); took > soon {
		s.Errorf("it took %v", took)
	}
}
