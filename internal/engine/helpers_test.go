package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/engine"
	"github.com/dione-db/dione/internal/sqlite"
)

// endless runs until somebody stops it.
const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n`

func create(t testing.TB, e *engine.Engine, name string) d1.DatabaseID {
	t.Helper()
	db, err := e.CreateDatabase(t.Context(), d1.CreateDatabaseRequest{Name: name})
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return db.ID
}

func ask(ctx context.Context, e *engine.Engine, id d1.DatabaseID, sqls ...string) (d1.QueryResponse, error) {
	req := d1.QueryRequest{Database: id, Session: d1.FirstPrimary}
	for _, sql := range sqls {
		req.Statements = append(req.Statements, d1.Statement{SQL: sql})
	}
	return e.Query(ctx, req)
}

// must runs statements in one request and gives the last rows and the bookmark.
func must(t testing.TB, e *engine.Engine, id d1.DatabaseID, sqls ...string) (string, d1.QueryResponse) {
	t.Helper()
	resp, err := ask(t.Context(), e, id, sqls...)
	if err != nil {
		t.Fatalf("%s: %v (%s)", strings.Join(sqls, "; "), err, d1.Cause(err))
	}
	return string(resp.Results[len(resp.Results)-1].Rows.JSON), resp
}

func wantKind(t testing.TB, err error, kind d1.Kind, text string) {
	t.Helper()
	if err == nil || d1.KindOf(err) != kind || text != "" && err.Error() != text {
		t.Errorf("error %v of kind %d, want %q of kind %d", err, d1.KindOf(err), text, kind)
	}
}

// spy opens real connections and knows of all of them. A hook sees each query
// before SQLite does and may wait, fail or panic.
type spy struct {
	mu      sync.Mutex
	hook    func(path string, readOnly bool, sql string) error
	open    map[string]int // connections by file
	writers map[string]int
	most    int // files open at once
	shrunk  atomic.Int32
	opened  atomic.Int32
	check   func(restart bool) error // before each checkpoint
	// badShrink has every Shrink panic.
	badShrink bool
}

func (s *spy) install(o engine.Options) engine.Options {
	s.open, s.writers = make(map[string]int), make(map[string]int)
	o.SetOpen(func(path string, so sqlite.Options) (engine.Conn, error) {
		c, err := engine.OpenConn(path, so)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.opened.Add(1)
		s.open[path]++
		if !so.ReadOnly {
			s.writers[path]++
		}
		s.most = max(s.most, len(s.open))
		return &spiedConn{Conn: c, spy: s, path: path, readOnly: so.ReadOnly}, nil
	})
	return o
}

func (s *spy) setHook(hook func(path string, readOnly bool, sql string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// conns counts the open connections.
func (s *spy) conns() (files, conns int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.open {
		conns += n
	}
	return len(s.open), conns
}

type spiedConn struct {
	engine.Conn
	spy      *spy
	path     string
	readOnly bool
	busy     atomic.Bool
}

func (c *spiedConn) Query(ctx context.Context, stmts []d1.Statement, f d1.Format) ([]d1.Result, error) {
	if c.busy.Swap(true) {
		panic("two goroutines use one connection")
	}
	defer c.busy.Store(false)
	c.spy.mu.Lock()
	hook, writers := c.spy.hook, c.spy.writers[c.path]
	c.spy.mu.Unlock()
	if writers > 1 {
		panic("a database has two writing connections")
	}
	if hook != nil {
		sql := ""
		if len(stmts) > 0 {
			sql = stmts[0].SQL
		}
		if err := hook(c.path, c.readOnly, sql); err != nil {
			return nil, err
		}
	}
	return c.Conn.Query(ctx, stmts, f)
}

func (c *spiedConn) Checkpoint(restart bool) error {
	if c.spy.check != nil {
		if err := c.spy.check(restart); err != nil {
			return err
		}
	}
	return c.Conn.Checkpoint(restart)
}

func (c *spiedConn) Shrink() {
	c.spy.shrunk.Add(1)
	if c.spy.badShrink {
		panic("broken shrinking")
	}
	c.Conn.Shrink()
}

func (c *spiedConn) Close() error {
	c.spy.mu.Lock()
	defer c.spy.mu.Unlock()
	if c.spy.open[c.path]--; c.spy.open[c.path] == 0 {
		delete(c.spy.open, c.path)
	}
	if !c.readOnly {
		c.spy.writers[c.path]--
	}
	return c.Conn.Close()
}

// databaseFile is where the file of a database is.
func databaseFile(folder string, id d1.DatabaseID) string {
	return filepath.Join(folder, "databases", string(id), "db.sqlite")
}

// descriptorsBelow counts this process's open files below folder.
func descriptorsBelow(t testing.TB, folder string) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("needs /proc")
	}
	n := 0
	for _, f := range list {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.HasPrefix(to, folder) {
			n++
		}
	}
	return n
}
