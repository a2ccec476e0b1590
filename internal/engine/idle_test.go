package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/engine"
)

func TestIdleDatabaseShrinksAndCloses(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{ShrinkAfter: 5 * time.Second, IdleAfter: time.Minute}))
		defer stop()
		id := create(t, e, "a")
		must(t, e, id, `CREATE TABLE t (id INTEGER PRIMARY KEY)`, `INSERT INTO t VALUES (77)`)
		_, before := must(t, e, id, `SELECT 1`)
		if files, conns := s.conns(); files != 1 || conns != 2 {
			t.Errorf("%d files, %d connections; want a reader and a writer", files, conns)
		}
		time.Sleep(4 * time.Second)
		if n := s.shrunk.Load(); n != 0 {
			t.Errorf("%d connections shrunk after 4 s", n)
		}
		time.Sleep(4 * time.Second)
		if n := s.shrunk.Load(); n != 2 {
			t.Errorf("%d connections shrunk after 8 s, want 2", n)
		}
		time.Sleep(40 * time.Second)
		if n := s.shrunk.Load(); n != 2 {
			t.Errorf("%d connections shrunk, want each once", n)
		}
		if e.Stats().OpenDatabases != 1 {
			t.Error("closed before its time")
		}
		time.Sleep(20 * time.Second)
		if files, _ := s.conns(); files != 0 || e.Stats().OpenDatabases != 0 {
			t.Errorf("%d files open after 68 s", files)
		}
		if n := descriptorsBelow(t, folder+"/databases"); n != 0 {
			t.Errorf("%d descriptors of a closed database", n)
		}
		// What is the database's, not a connection's, is kept.
		got, after := must(t, e, id, `SELECT id FROM t`)
		if got != `[[77]]` || after.Results[0].Meta.LastRowID != 77 || after.Bookmark != before.Bookmark {
			t.Errorf("rows %s, last rowid %d, bookmark %s; want 77, 77, %s",
				got, after.Results[0].Meta.LastRowID, after.Bookmark, before.Bookmark)
		}
		time.Sleep(2 * time.Minute)
		if got, _ := must(t, e, id, `INSERT INTO t SELECT 5 WHERE 0 RETURNING id`, `SELECT last_insert_rowid()`); got != `[[77]]` {
			t.Errorf("last_insert_rowid() = %s after reopening, want 77", got)
		}
		if _, last := must(t, e, id, `INSERT INTO t VALUES (78)`); last.Bookmark <= after.Bookmark {
			t.Errorf("bookmark %s after %s", last.Bookmark, after.Bookmark)
		}
	})
}

func TestPanicWhileShrinking(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := spy{badShrink: true}
		e, stop := startStop(t, folder, s.install(engine.Options{ShrinkAfter: time.Second, IdleAfter: time.Hour}))
		defer stop()
		id := create(t, e, "a")
		must(t, e, id, `SELECT 1`)
		must(t, e, id, `CREATE TABLE t (n)`)
		time.Sleep(3 * time.Second)
		if _, conns := s.conns(); s.shrunk.Load() == 0 || conns != 0 {
			t.Errorf("%d shrunk, %d connections; want all closed", s.shrunk.Load(), conns)
		}
		must(t, e, id, `INSERT INTO t VALUES (1)`)
		if got, _ := must(t, e, id, `SELECT n FROM t`); got != `[[1]]` {
			t.Errorf("rows %s", got)
		}
	})
}

func TestUsedDatabaseStaysOpen(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{ShrinkAfter: time.Second, IdleAfter: 4 * time.Second}))
		defer stop()
		id := create(t, e, "a")
		for range 20 {
			must(t, e, id, `SELECT 1`)
			time.Sleep(2 * time.Second)
		}
		if n := s.opened.Load(); n != 1 {
			t.Errorf("%d connections opened, want 1", n)
		}
	})
}

// TestBusyDatabaseStaysOpen has one request run longer than the idle time.
func TestBusyDatabaseStaysOpen(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{ShrinkAfter: time.Second, IdleAfter: 4 * time.Second}))
		defer stop()
		id := create(t, e, "a")
		s.setHook(func(string, bool, string) error { time.Sleep(time.Minute); return nil })
		must(t, e, id, `SELECT 1`)
		if e.Stats().OpenDatabases != 1 {
			t.Error("closed right after its use")
		}
	})
}

func TestReadersBeyondNeedAreClosed(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{ReadersMax: 4, ShrinkAfter: 8 * time.Second, IdleAfter: time.Hour}))
		defer stop()
		id := create(t, e, "a")
		s.setHook(func(string, bool, string) error { time.Sleep(time.Second); return nil })
		many := func(n int) {
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() { must(t, e, id, `SELECT 1`) })
			}
			wg.Wait()
		}
		many(9)
		if _, conns := s.conns(); conns != 4 {
			t.Errorf("%d readers after nine at once, want 4", conns)
		}
		for range 6 {
			many(2)
		}
		if _, conns := s.conns(); conns != 2 {
			t.Errorf("%d readers while two are needed, want 2", conns)
		}
		time.Sleep(10 * time.Second)
		if _, conns := s.conns(); conns != 1 {
			t.Errorf("%d readers while none is needed, want 1", conns)
		}
	})
}

func TestOverload(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{QueueMax: 3, QueueWait: 7 * time.Second}))
		defer stop()
		id, other := create(t, e, "a"), create(t, e, "b")
		must(t, e, id, `CREATE TABLE t (n)`)
		s.setHook(func(_ string, _ bool, sql string) error {
			if strings.Contains(sql, "slow") {
				time.Sleep(20 * time.Second)
			}
			return nil
		})
		errs := make(chan error, 4)
		for i := range 4 {
			go func() {
				_, err := ask(t.Context(), e, id, fmt.Sprintf(`INSERT INTO t VALUES ('slow %d')`, i))
				errs <- err
			}()
			synctest.Wait()
		}
		start := time.Now()
		_, err := ask(t.Context(), e, id, `INSERT INTO t VALUES (1)`)
		wantKind(t, err, d1.KindUnavailable, d1.TextOverloaded)
		_, err = e.Import(t.Context(), d1.ImportRequest{Database: id, SQL: []byte(`INSERT INTO t VALUES (1)`)})
		wantKind(t, err, d1.KindUnavailable, d1.TextOverloaded)
		must(t, e, id, `SELECT n FROM t`) // reads do not wait for writes
		must(t, e, other, `CREATE TABLE t (n)`)
		if took := time.Since(start); took != 0 {
			t.Errorf("these waited %v", took)
		}
		for range 3 {
			wantKind(t, <-errs, d1.KindUnavailable, d1.TextQueuedTooLong)
		}
		if took := time.Since(start); took != 7*time.Second {
			t.Errorf("the queue waited %v, want 7s", took)
		}
		if err := <-errs; err != nil {
			t.Errorf("who had the turn: %v", err)
		}
		if got, _ := must(t, e, id, `SELECT n FROM t`); got != `[["slow 0"]]` {
			t.Errorf("rows %s", got)
		}
	})
}

// TestOverloadByARealStatement blocks the writer inside SQLite and frees it by the
// client's going away.
func TestOverloadByARealStatement(t *testing.T) {
	e := start(t, t.TempDir(), engine.Options{QueueMax: 1, QueueWait: 100 * time.Millisecond})
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`)
	ctx, cancel := context.WithCancel(t.Context())
	blocked := make(chan error, 1)
	go func() {
		_, err := ask(ctx, e, id, `INSERT INTO t VALUES (1)`, `INSERT INTO t `+endless)
		blocked <- err
	}()
	for { // until the endless one has the turn
		_, err := ask(t.Context(), e, id, `INSERT INTO t VALUES (2)`)
		if err != nil {
			wantKind(t, err, d1.KindUnavailable, d1.TextQueuedTooLong)
			break
		}
	}
	if got, _ := must(t, e, id, `SELECT count(*) FROM t WHERE n = 1`); got != `[[0]]` {
		t.Errorf("a reader saw %s of an open transaction", got)
	}
	cancel()
	if err := <-blocked; d1.AsError(err).Code != d1.CodeCanceled {
		t.Errorf("the endless statement: %v", err)
	}
	must(t, e, id, `INSERT INTO t VALUES (3)`)
	if got, _ := must(t, e, id, `SELECT count(*) FROM t WHERE n <> 2`); got != `[[1]]` {
		t.Errorf("rows %s, want the last alone", got)
	}
}

func TestRunTimeIsBounded(t *testing.T) {
	limits := d1.Cloudflare()
	limits.QueryTime = 50 * time.Millisecond
	e := start(t, t.TempDir(), engine.Options{Limits: limits})
	id := create(t, e, "a")
	must(t, e, id, `CREATE TABLE t (n)`)
	for _, sql := range []string{endless, `INSERT INTO t ` + endless} {
		_, err := ask(t.Context(), e, id, sql)
		if err == nil || err.Error() != d1.TextTimeout || d1.AsError(err).Code != d1.CodeTimeout {
			t.Errorf("%s: %v", sql, err)
		}
	}
	must(t, e, id, `INSERT INTO t VALUES (1)`)
}

func TestThousandDatabasesInRoomForFifty(t *testing.T) {
	var s spy
	folder := t.TempDir()
	e := start(t, folder, s.install(engine.Options{OpenMax: 50}))
	ids := make([]d1.DatabaseID, 1000)
	for i := range ids {
		ids[i] = create(t, e, fmt.Sprintf("db-%d", i))
	}
	work := make(chan int)
	var wg sync.WaitGroup
	for range 80 { // more than there is room for
		wg.Go(func() {
			for i := range work {
				if i < len(ids) {
					must(t, e, ids[i], `CREATE TABLE t (n)`, fmt.Sprintf(`INSERT INTO t VALUES (%d)`, i))
				} else if got, _ := must(t, e, ids[i-len(ids)], `SELECT n FROM t`); got != fmt.Sprintf(`[[%d]]`, i-len(ids)) {
					t.Errorf("database %d has %s", i-len(ids), got)
				}
			}
		})
	}
	for i := range 2 * len(ids) {
		work <- i
	}
	close(work)
	wg.Wait()
	if n := descriptorsBelow(t, folder+"/databases"); n > 100 {
		t.Errorf("%d descriptors, want at most two for each of 50", n)
	}
	if s.most > 50 || e.Stats().OpenDatabases > 50 {
		t.Errorf("%d databases were open at once, %d are; want at most 50", s.most, e.Stats().OpenDatabases)
	}
}

func TestEvictionSparesTheUsed(t *testing.T) {
	var s spy
	e := start(t, t.TempDir(), s.install(engine.Options{OpenMax: 4, IdleAfter: time.Hour}))
	hot := create(t, e, "hot")
	must(t, e, hot, `SELECT 1`)
	for i := range 20 {
		must(t, e, create(t, e, fmt.Sprintf("cold-%d", i)), `SELECT 1`)
		must(t, e, hot, `SELECT 1`)
	}
	if n := s.opened.Load(); n != 21 {
		t.Errorf("%d connections opened, want one for each of 21 databases", n)
	}
}

// TestRoomIsWaitedFor fills the budget with busy databases: the next one waits and gets
// a place when one of them is idle, without waiting for the sweep.
func TestRoomIsWaitedFor(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{OpenMax: 2, QueueWait: 10 * time.Second, IdleAfter: time.Hour}))
		defer stop()
		s.setHook(func(_ string, _ bool, sql string) error {
			if strings.Contains(sql, "slow") {
				time.Sleep(3 * time.Second)
			}
			return nil
		})
		var wg sync.WaitGroup
		for i := range 2 {
			id := create(t, e, fmt.Sprintf("busy-%d", i))
			wg.Go(func() { must(t, e, id, `SELECT 'slow'`) })
		}
		synctest.Wait()
		start := time.Now()
		must(t, e, create(t, e, "late"), `SELECT 1`)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("waited %v, want 3s", took)
		}
		wg.Wait()
	})
}

func TestDeleteWaitsForQueriesUnderWay(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{}))
		defer stop()
		id := create(t, e, "a")
		s.setHook(func(_ string, _ bool, sql string) error {
			if strings.Contains(sql, "slow") {
				time.Sleep(5 * time.Second)
			}
			return nil
		})
		running := make(chan error, 1)
		slow := func() {
			_, err := ask(t.Context(), e, id, `SELECT 'slow'`)
			running <- err
		}
		go slow()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := e.DeleteDatabase(ctx, id); d1.AsError(err).Code != d1.CodeCanceled {
			t.Errorf("delete given up: %v", err)
		}
		must(t, e, id, `SELECT 1`) // as if it had not been asked for
		start := time.Now()
		deleted := make(chan error, 1)
		go func() { deleted <- e.DeleteDatabase(t.Context(), id) }()
		synctest.Wait()
		_, err := ask(t.Context(), e, id, `SELECT 1`)
		wantKind(t, err, d1.KindNotFound, "")
		wantKind(t, e.DeleteDatabase(t.Context(), id), d1.KindNotFound, "")
		if err := <-deleted; err != nil {
			t.Errorf("delete: %v", err)
		}
		if took := time.Since(start); took != 4*time.Second {
			t.Errorf("delete took %v, want 4s", took)
		}
		if err := <-running; err != nil {
			t.Errorf("query under way: %v", err)
		}
		if _, err := os.Stat(databaseFile(folder, id)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file: %v", err)
		}
	})
}

func TestClose(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, stop := startStop(t, folder, s.install(engine.Options{}))
		id := create(t, e, "a")
		must(t, e, id, `CREATE TABLE t (n)`)
		s.setHook(func(_ string, _ bool, sql string) error {
			if strings.Contains(sql, "slow") {
				time.Sleep(5 * time.Second)
			}
			return nil
		})
		running := make(chan error, 1)
		go func() {
			_, err := ask(t.Context(), e, id, `INSERT INTO t VALUES ('slow')`)
			running <- err
		}()
		synctest.Wait()
		start := time.Now()
		go stop()
		synctest.Wait()
		for what, err := range map[string]error{
			"query":  second(ask(t.Context(), e, id, `SELECT 1`)),
			"other":  second(ask(t.Context(), e, d1.NewDatabaseID(), `SELECT 1`)),
			"create": second(e.CreateDatabase(t.Context(), d1.CreateDatabaseRequest{Name: "b"})),
			"find":   second(e.Database(t.Context(), "a")),
			"list":   second(e.Databases(t.Context(), d1.ListRequest{})),
			"delete": e.DeleteDatabase(t.Context(), id),
		} {
			if d1.KindOf(err) != d1.KindUnavailable || d1.AsError(err).Code != d1.CodeShuttingDown {
				t.Errorf("%s while closing: %v", what, err)
			}
		}
		if err := <-running; err != nil || time.Since(start) != 5*time.Second {
			t.Errorf("the write under way: %v after %v", err, time.Since(start))
		}
		synctest.Wait()
		if n := descriptorsBelow(t, folder); n != 0 {
			t.Errorf("%d descriptors after closing", n)
		}
	})
	e := start(t, folder, engine.Options{})
	db, err := e.Database(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := must(t, e, db.ID, `SELECT n FROM t`); got != `[["slow"]]` {
		t.Errorf("rows %s after closing", got)
	}
}

func TestCloseGivesUpAtItsDeadline(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s spy
		e, _ := startStop(t, folder, s.install(engine.Options{}))
		id := create(t, e, "a")
		s.setHook(func(string, bool, string) error { time.Sleep(time.Minute); return nil })
		go func() { _, _ = ask(t.Context(), e, id, `SELECT 1`) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := e.Close(ctx); err == nil || !strings.Contains(err.Error(), "1 databases are still busy") {
			t.Errorf("close: %v", err)
		}
		time.Sleep(time.Hour)
	})
}

func second[T any](_ T, err error) error { return err }
