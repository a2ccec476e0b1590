package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/engine"
	"github.com/dione-db/dione/internal/history"
)

func TestPanicStopsOneDatabaseOnce(t *testing.T) {
	for name, sql := range map[string]string{"reader": `SELECT 'boom'`, "writer": `INSERT INTO t VALUES ('boom')`} {
		t.Run(name, func(t *testing.T) {
			var s spy
			e := start(t, t.TempDir(), s.install(engine.Options{}))
			id, other := create(t, e, "a"), create(t, e, "b")
			must(t, e, id, `CREATE TABLE t (n)`, `INSERT INTO t VALUES (1)`)
			must(t, e, other, `CREATE TABLE t (n)`)
			_, before := must(t, e, id, `SELECT 1`)
			s.setHook(func(_ string, _ bool, sql string) error {
				if strings.Contains(sql, "boom") {
					panic("broken invariant")
				}
				return nil
			})
			resp, err := ask(t.Context(), e, id, sql)
			wantKind(t, err, d1.KindInternal, "internal error")
			if !strings.Contains(d1.Cause(err), "broken invariant") {
				t.Errorf("cause %q", d1.Cause(err))
			}
			if resp.Bookmark < before.Bookmark {
				t.Errorf("bookmark %q after %q", resp.Bookmark, before.Bookmark)
			}
			must(t, e, id, `INSERT INTO t VALUES (2)`)
			if got, _ := must(t, e, id, `SELECT n FROM t`); got != `[[1],[2]]` {
				t.Errorf("rows %s", got)
			}
			must(t, e, other, `INSERT INTO t VALUES (1)`)
		})
	}
}

// TestPanicsUnderLoad has requests panic while others run, on readers and the writer.
func TestPanicsUnderLoad(t *testing.T) {
	var s spy
	e := start(t, t.TempDir(), s.install(engine.Options{ReadersMax: 3}))
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`)
	s.setHook(func(_ string, _ bool, sql string) error {
		if strings.Contains(sql, "boom") {
			panic("broken invariant")
		}
		return nil
	})
	var wrote atomic.Int32
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 40 {
				sql := []string{`SELECT count(*) FROM t`, `INSERT INTO t VALUES (1)`}[w%2]
				if i%10 == w {
					sql += ` /* boom */`
				}
				_, err := ask(t.Context(), e, id, sql)
				switch {
				case i%10 == w:
					wantKind(t, err, d1.KindInternal, "")
				case err != nil:
					t.Errorf("%s: %v", sql, err)
				case w%2 == 1:
					wrote.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got, _ := must(t, e, id, `SELECT count(*) FROM t`); got != fmt.Sprintf(`[[%d]]`, wrote.Load()) {
		t.Errorf("rows %s, want %d", got, wrote.Load())
	}
}

func TestDamagedDatabaseFailsAlone(t *testing.T) {
	folder := t.TempDir()
	e, stop := startStop(t, folder, engine.Options{})
	id, other := create(t, e, "a"), create(t, e, "b")
	for _, db := range []d1.DatabaseID{id, other} {
		must(t, e, db, `CREATE TABLE t (n, x)`, `CREATE INDEX i ON t (n)`)
		must(t, e, db, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 2000)
			INSERT INTO t SELECT i, hex(randomblob(50)) FROM n`)
	}
	stop() // copies the log into the file
	path := databaseFile(folder, id)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string]func(b []byte){
		"a header overwritten": func(b []byte) { copy(b, "this is no database at all") },
		"pages overwritten": func(b []byte) {
			for i := 8192; i < len(b); i++ {
				b[i] = 0xa5
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := append([]byte(nil), whole...)
			broken(b)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			e := start(t, folder, engine.Options{})
			for _, sql := range []string{`SELECT sum(n), max(x) FROM t`, `INSERT INTO t VALUES (1, 2)`, `SELECT count(x) FROM t`} {
				_, err := ask(t.Context(), e, id, sql)
				if err == nil || d1.KindOf(err) != d1.KindDamaged || strings.Contains(err.Error(), folder) {
					t.Errorf("%s: error %v of kind %d, want KindDamaged", sql, err, d1.KindOf(err))
				}
				must(t, e, other, `INSERT INTO t VALUES (1, 2)`)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil { // as a restore would
				t.Fatal(err)
			}
			if got, _ := must(t, e, id, `SELECT count(x) FROM t`); got != `[[2000]]` {
				t.Errorf("after the file is whole again: %s", got)
			}
			must(t, e, id, `DELETE FROM t WHERE n = 0`)
		})
	}
}

func TestMissingFile(t *testing.T) {
	folder := t.TempDir()
	e, stop := startStop(t, folder, engine.Options{})
	id := create(t, e, "a")
	stop()
	if err := os.Remove(databaseFile(folder, id)); err != nil {
		t.Fatal(err)
	}
	e = start(t, folder, engine.Options{})
	for _, sql := range []string{`SELECT 1`, `CREATE TABLE t (a)`} {
		_, err := ask(t.Context(), e, id, sql)
		wantKind(t, err, d1.KindDamaged, "the file of the database is missing")
	}
	if _, err := os.Stat(databaseFile(folder, id)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a lost database was replaced by an empty one")
	}
}

func TestDatabaseOfTheLargestSize(t *testing.T) {
	limits := d1.Cloudflare()
	limits.DatabaseBytes = 10 * 4096
	e := start(t, t.TempDir(), engine.Options{Limits: limits})
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`, `INSERT INTO t VALUES ('kept')`, `CREATE TABLE u (n)`)
	must(t, e, id, `INSERT INTO u VALUES (zeroblob(16000))`)
	_, err := ask(t.Context(), e, id, `INSERT INTO t VALUES (zeroblob(100000))`)
	if err == nil || err.Error() != d1.TextMaxSize {
		t.Errorf("error %v, want %q", err, d1.TextMaxSize)
	}
	if got, _ := must(t, e, id, `SELECT n FROM t`); got != `[["kept"]]` {
		t.Errorf("rows %s", got)
	}
	must(t, e, id, `INSERT INTO t VALUES ('small')`)
}

// TestFullDisk fills a small disk of its own and then frees some of it.
func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("needs the right to mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	e := start(t, folder, engine.Options{})
	id, other := create(t, e, "a"), create(t, e, "b")
	must(t, e, id, `CREATE TABLE t (n)`, `INSERT INTO t VALUES ('kept')`)
	must(t, e, other, `CREATE TABLE t (n)`)
	ballast := filepath.Join(folder, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{4096, 1} { // whole pages first, then what is left
		for {
			if _, err := f.Write(make([]byte, size)); err != nil {
				break
			}
		}
	}
	f.Close()
	for range 3 {
		_, err := ask(t.Context(), e, id, `INSERT INTO t VALUES (zeroblob(100000))`)
		if err == nil || d1.AsError(err).Code != d1.CodeStorage || strings.Contains(err.Error(), folder) {
			t.Errorf("write to a full disk: %v (code %d)", err, d1.AsError(err).Code)
		}
		if got, _ := must(t, e, id, `SELECT n FROM t`); got != `[["kept"]]` {
			t.Errorf("rows %s", got)
		}
		must(t, e, other, `SELECT * FROM t`)
	}
	_, err = e.CreateDatabase(t.Context(), d1.CreateDatabaseRequest{Name: "c"})
	if d1.AsError(err).Code != d1.CodeStorage || d1.KindOf(err) != d1.KindUnavailable {
		t.Errorf("a database on a full disk: %v (%s)", err, d1.Cause(err))
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	must(t, e, id, `INSERT INTO t VALUES ('more')`)
	must(t, e, other, `INSERT INTO t VALUES ('more')`)
	if got, _ := must(t, e, id, `SELECT n FROM t`); got != `[["kept"],["more"]]` {
		t.Errorf("rows %s after room was made", got)
	}
	create(t, e, "c")
}

// TestReopenAfterACrash copies the folder while the engine has it open, which is
// what a killed process leaves, and opens the copy.
func TestReopenAfterACrash(t *testing.T) {
	folder, crashed := t.TempDir(), t.TempDir()
	e := start(t, folder, engine.Options{})
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`)
	var last d1.QueryResponse
	for i := range 100 {
		_, last = must(t, e, id, fmt.Sprintf(`INSERT INTO t VALUES (%d)`, i))
	}
	if err := os.CopyFS(crashed, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	e = start(t, crashed, engine.Options{})
	got, resp := must(t, e, id, `SELECT count(*), sum(n) FROM t`)
	if got != `[[100,4950]]` {
		t.Errorf("rows %s", got)
	}
	if resp.Bookmark <= last.Bookmark {
		t.Errorf("bookmark %s after %s: it went back", resp.Bookmark, last.Bookmark)
	}
	if got, _ := must(t, e, id, `PRAGMA quick_check`); got != `[["ok"]]` {
		t.Errorf("quick_check: %s", got)
	}
	_, err := e.Query(t.Context(), d1.QueryRequest{
		Database: id, Session: string(last.Bookmark),
		Statements: []d1.Statement{{SQL: `SELECT 1`}},
	})
	if err != nil {
		t.Errorf("a session from before: %v", err)
	}
}

func TestCommitsBeyondTheCount(t *testing.T) {
	e := start(t, t.TempDir(), engine.Options{})
	id := create(t, e, "a")
	_, last := must(t, e, id, `CREATE TABLE t (n)`)
	e.SetSeq(id, history.EndSeq-3)
	for range 5 {
		_, next := must(t, e, id, `INSERT INTO t VALUES (1)`)
		if next.Bookmark <= last.Bookmark {
			t.Errorf("bookmark %s after %s", next.Bookmark, last.Bookmark)
		}
		last = next
	}
	if p := e.Position(id); p.Seq > 10 {
		t.Errorf("position %+v, want a new incarnation", p)
	}
}

func TestPragmasHoldForReadsToo(t *testing.T) {
	folder := t.TempDir()
	e := start(t, folder, engine.Options{})
	id := create(t, e, "a")
	if got, _ := must(t, e, id, `SELECT 'A' LIKE 'a'`); got != `[[1]]` {
		t.Errorf("before: %s", got)
	}
	must(t, e, id, `PRAGMA case_sensitive_like=ON`)
	if got, _ := must(t, e, id, `SELECT 'A' LIKE 'a'`); got != `[[0]]` {
		t.Errorf("after: %s", got)
	}
}

// TestLogIsCopiedAndStartsAnew writes much more than the bound of the WAL
// beside readers that always overlap, and looks that its file stays small.
func TestLogIsCopiedAndStartsAnew(t *testing.T) {
	folder := t.TempDir()
	e := start(t, folder, engine.Options{CheckpointFrames: 50, WALFramesMax: 200})
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`)
	var done atomic.Bool
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for !done.Load() {
				must(t, e, id, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 2000)
					SELECT count(*) FROM n, (SELECT count(*) FROM t)`)
			}
		})
	}
	for range 400 {
		must(t, e, id, `INSERT INTO t VALUES (zeroblob(40000))`) // some ten pages
		must(t, e, id, `DELETE FROM t`)
	}
	done.Store(true)
	wg.Wait()
	wal, err := os.Stat(databaseFile(folder, id) + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if frames := wal.Size() / 4120; frames > 2000 {
		t.Errorf("the WAL grew to %d frames", frames)
	}
}

func TestFailedCheckpointHarmsNobody(t *testing.T) {
	var s spy
	var tries atomic.Int32
	s.check = func(bool) error {
		if tries.Add(1)%2 == 0 {
			panic("broken checkpoint")
		}
		return errors.New("no checkpoint today")
	}
	e := start(t, t.TempDir(), s.install(engine.Options{CheckpointFrames: 5}))
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`)
	for i := range 100 {
		must(t, e, id, `INSERT INTO t VALUES (1)`)
		if got, _ := must(t, e, id, `SELECT count(*) FROM t`); got != fmt.Sprintf(`[[%d]]`, i+1) {
			t.Fatalf("rows %s after %d inserts", got, i+1)
		}
	}
	if n := tries.Load(); n < 5 || n > 50 {
		t.Errorf("%d tries, want one for each few frames", n)
	}
}

func TestManyWaitersSurviveCancellation(t *testing.T) {
	e := start(t, t.TempDir(), engine.Options{ReadersMax: 2})
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`)
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			for j := range 20 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*j%7)*100*time.Microsecond)
				_, _ = ask(ctx, e, id, []string{`INSERT INTO t VALUES (1)`, `SELECT count(*) FROM t`}[i%2])
				cancel()
			}
		})
	}
	wg.Wait()
	must(t, e, id, `INSERT INTO t VALUES (2)`)
	if got, _ := must(t, e, id, `SELECT count(*) FROM t WHERE n = 2`); got != `[[1]]` {
		t.Errorf("rows %s", got)
	}
}

// TestEverythingAtOnce has a budget, idle closing, deletions, panics and
// cancellations meet, and wants nothing but errors that belong to them.
func TestEverythingAtOnce(t *testing.T) {
	var s spy
	e := start(t, t.TempDir(), s.install(engine.Options{
		OpenMax: 3, ReadersMax: 2, IdleAfter: 3 * time.Millisecond, ShrinkAfter: time.Millisecond, CheckpointFrames: 5, WALFramesMax: 20,
	}))
	s.setHook(func(_ string, _ bool, sql string) error {
		if strings.Contains(sql, "boom") {
			panic("broken invariant")
		}
		return nil
	})
	var ids [8]atomic.Pointer[d1.DatabaseID]
	for i := range ids {
		id := create(t, e, fmt.Sprintf("db-%d", i))
		ids[i].Store(&id)
	}
	var wg sync.WaitGroup
	for w := range 12 {
		wg.Go(func() {
			for i := range 60 {
				slot := &ids[(w*7+i)%len(ids)]
				id := *slot.Load()
				var err error
				switch {
				case w == 0 && i%10 == 5:
					err = e.DeleteDatabase(t.Context(), id)
					if err == nil {
						fresh := create(t, e, fmt.Sprintf("again-%d", i))
						slot.Store(&fresh)
					}
				case i%15 == 7:
					if _, err := ask(t.Context(), e, id, `SELECT 'boom'`); err == nil {
						t.Error("a panic gave no error")
					}
				case i%6 == 3:
					ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
					_, _ = ask(ctx, e, id, `CREATE TABLE IF NOT EXISTS t (n)`, `INSERT INTO t `+endless)
					cancel()
				case i%2 == 0:
					_, err = ask(t.Context(), e, id, `CREATE TABLE IF NOT EXISTS t (n)`, `INSERT INTO t VALUES (1)`)
				default:
					_, err = ask(t.Context(), e, id, `SELECT count(*) FROM sqlite_schema`)
				}
				if err != nil && d1.KindOf(err) != d1.KindNotFound {
					t.Errorf("worker %d, step %d: %v (%s)", w, i, err, d1.Cause(err))
				}
			}
		})
	}
	wg.Wait()
	if s.most > 3 {
		t.Errorf("%d databases open at once, want at most 3", s.most)
	}
}

func BenchmarkPointSelect(b *testing.B) {
	e := start(b, b.TempDir(), engine.Options{})
	id := create(b, e, "a")
	must(b, e, id, `CREATE TABLE t (id INTEGER PRIMARY KEY, x)`, `INSERT INTO t VALUES (1, 'one'), (2, 'two')`)
	req := d1.QueryRequest{Database: id, Statements: []d1.Statement{{SQL: `SELECT id, x FROM t WHERE id = ?`}}}
	req.Statements[0].Params.AppendReal(2)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Query(ctx, req); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInsert(b *testing.B) {
	e := start(b, b.TempDir(), engine.Options{})
	id := create(b, e, "a")
	must(b, e, id, `CREATE TABLE t (id INTEGER PRIMARY KEY, x)`)
	req := d1.QueryRequest{Database: id, Statements: []d1.Statement{{SQL: `INSERT INTO t (x) VALUES ('x')`}}}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Query(ctx, req); err != nil {
			b.Fatal(err)
		}
	}
}
