package engine

import (
	"log/slog"
	"time"

	"github.com/dione-db/dione/d1"
)

// sweep looks after unused databases until the engine closes: it closes the readers that
// nobody needs, has connections give back memory, and closes what was idle long.
func (e *Engine) sweep() {
	every := max(min(e.opts.ShrinkAfter, e.opts.IdleAfter)/4, time.Millisecond)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-e.stop:
			return
		case now := <-ticker.C:
			for _, a := range e.budget.actors() {
				a.guardedSweep(now)
			}
		}
	}
}

// guardedSweep is sweep where a broken invariant stops this database alone.
func (a *actor) guardedSweep(now time.Time) {
	defer func() {
		if p := recover(); p != nil {
			a.engine.opts.Log.Error("looking after an unused database failed",
				slog.String("database", string(a.id)), slog.String("cause", d1.Cause(panicked(p))))
			a.discard()
		}
	}()
	a.sweep(now)
}

// sweep looks after one database.
func (a *actor) sweep(now time.Time) {
	o := &a.engine.opts
	a.mu.Lock()
	if a.state != stateOpen {
		a.mu.Unlock()
		return
	}
	if a.used || a.inUse > 0 {
		a.since, a.used, a.shrunk = now, false, false
	}
	idle := now.Sub(a.since)
	if idle >= o.IdleAfter {
		a.mu.Unlock()
		a.closeIfIdle()
		return
	}
	spare := a.spareReaders()
	shrink := !a.shrunk && idle >= o.ShrinkAfter
	a.shrunk = a.shrunk || shrink
	if len(spare) == 0 && !shrink {
		a.mu.Unlock()
		return
	}
	a.inUse++ // not by inside: this is no use
	a.mu.Unlock()
	defer a.leave()
	for _, c := range spare {
		if err := closeConn(c); err != nil {
			o.Log.Warn("a database was not closed in order",
				slog.String("database", string(a.id)), slog.Any("error", err))
		}
	}
	if shrink {
		a.shrink()
	}
}

// spareReaders takes away the free readers that were not needed since the last
// sweep, the longest unused first, all but one. mu is held.
func (a *actor) spareReaders() []conn {
	keep := max(a.peak-a.reading, 1)
	a.peak = a.reading
	n := len(a.free) - keep
	if n <= 0 {
		return nil
	}
	spare := make([]conn, n)
	copy(spare, a.free)
	a.free = append(a.free[:0], a.free[n:]...)
	return spare
}

func (a *actor) shrinkWriter() {
	if !a.writers.tryEnter() {
		return
	}
	defer a.writers.leave()
	if a.writer != nil {
		a.writer.Shrink()
	}
}

// shrink has the connections that nobody uses give back memory. The caller is inside.
func (a *actor) shrink() {
	a.shrinkWriter()
	if !a.readers.tryEnter() { // its place, so that no more readers are opened than may be
		return
	}
	defer a.readers.leave()
	a.mu.Lock()
	var c conn
	if n := len(a.free); n > 0 {
		c, a.free = a.free[n-1], a.free[:n-1]
	}
	a.mu.Unlock()
	if c == nil {
		return
	}
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.free = append(a.free, c)
	}()
	c.Shrink()
}
