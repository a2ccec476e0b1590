package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dione-db/dione/d1"
)

func newGate(width, queue uint32) *gate { return &gate{width: width, queue: queue} }

func TestGateLetsInInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 10)
		if !g.tryEnter() || g.tryEnter() {
			t.Fatal("a gate of width 1 did not let in one and no more")
		}
		var got []int
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				p := patience{limit: time.Minute}
				defer p.stop()
				if err := g.enter(t.Context(), &p); err != nil {
					t.Errorf("caller %d: %v", i, err)
					return
				}
				got = append(got, i)
				g.leave()
			})
			synctest.Wait()
		}
		g.leave()
		wg.Wait()
		if !slices.IsSorted(got) || len(got) != 5 {
			t.Errorf("order %v", got)
		}
		if !g.tryEnter() {
			t.Error("the gate is not empty at the end")
		}
	})
}

func TestGateRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 2)
		g.tryEnter()
		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, 2)
		enter := func(ctx context.Context) {
			p := patience{limit: time.Second}
			defer p.stop()
			results <- g.enter(ctx, &p)
		}
		go enter(ctx)
		go enter(t.Context())
		synctest.Wait()

		var p patience
		if err := g.enter(t.Context(), &p); err == nil || err.Error() != d1.TextOverloaded || d1.KindOf(err) != d1.KindUnavailable {
			t.Errorf("third in a queue of two: %v", err)
		}
		cancel()
		if err := <-results; d1.AsError(err).Code != d1.CodeCanceled {
			t.Errorf("who went away: %v", err)
		}
		start := time.Now()
		if err := <-results; err == nil || err.Error() != d1.TextQueuedTooLong {
			t.Errorf("who waited too long: %v", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("it waited %v, want 1s", took)
		}
		g.leave()
		if s := g.state.Load(); s != 0 {
			t.Errorf("state %x at the end, want 0", s)
		}
	})
}

// TestGateUnderStress has many come, wait, give up and leave, and looks that never more
// than its width are inside and that none is forgotten.
func TestGateUnderStress(t *testing.T) {
	g := newGate(3, 8)
	var inside, entered atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range 500 {
				ctx, cancel := context.WithCancel(t.Context())
				p := patience{limit: time.Minute}
				if i%5 == 0 {
					go cancel()
				}
				if g.enter(ctx, &p) == nil {
					entered.Add(1)
					if n := inside.Add(1); n > 3 {
						t.Errorf("%d inside", n)
					}
					inside.Add(-1)
					g.leave()
				}
				cancel()
				p.stop()
			}
		})
	}
	wg.Wait()
	if g.state.Load() != 0 || g.waiting.Len() != 0 || entered.Load() == 0 {
		t.Errorf("state %x, %d waiting, %d entered", g.state.Load(), g.waiting.Len(), entered.Load())
	}
}

func TestLooksLikeRead(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT 1": true, "select 1": true, "\n\t Select(1)": true, "VALUES(1)": true, "with a as (select 1) select 1": true,
		"EXPLAIN SELECT 1": true, "-- c\nSELECT 1": true, "/* c */ SELECT 1": true, ";; SELECT 1": true, "SELECT": true,
		"/**/SELECT 1": true, "/*/ */SELECT 1": true, "SELECT'a'": true,
		"": true, "  ": true, "-- c": true, "/* c": true, "/*": true, ";": true,
		"INSERT INTO t VALUES (1)": false, "SELECTED": false, "SELECT_1": false, "SELECT1": false, "SEL": false, "PRAGMA x": false,
		"/* SELECT */ DELETE FROM t": false, "-- SELECT\nDELETE FROM t": false, "-": false, "/": false, "selecté": false,
		"\x00SELECT": false, "UPDATE t SET a = 1": false, "S\x45LECT\x00": true, "\x13ELECT": false,
	} {
		if got := startsLikeRead(sql); got != want {
			t.Errorf("%q: %v, want %v", sql, got, want)
		}
	}
	if looksLikeRead([]d1.Statement{{SQL: "SELECT 1"}, {SQL: "DELETE FROM t"}}) || !looksLikeRead(nil) {
		t.Error("all statements count")
	}
}
