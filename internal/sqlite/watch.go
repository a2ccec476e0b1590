package sqlite

/*
#include "sqlite.h"
*/
import "C"

import (
	"context"
	"sync"
	"time"
)

// watchEvery is how often a running statement's request is looked at: the most
// that a statement runs on after its client went away.
const watchEvery = 5 * time.Millisecond

// watcher stops what runs on a connection when its request ends. Most
// statements are over in microseconds, so it registers nothing with the context
// of each: a timer that rests while the connection does looks from time to time.
type watcher struct {
	mu      sync.Mutex
	done    <-chan struct{} // of the request under way, nil between two; guarded by mu
	timer   *time.Timer     // nil until first needed; guarded by mu
	ticking bool            // timer is going to look; guarded by mu
}

// watch has the end of ctx stop what runs from now until unwatch.
func (c *Conn) watch(ctx context.Context) {
	c.c.cancel = 0
	done := ctx.Done()
	if done == nil {
		return
	}
	w := &c.watcher
	w.mu.Lock()
	w.done = done
	switch {
	case w.timer == nil:
		w.timer = time.AfterFunc(watchEvery, c.look)
	case !w.ticking:
		w.timer.Reset(watchEvery)
	}
	w.ticking = true
	w.mu.Unlock()
}

// unwatch ends watch: from here on no cancellation can meet the next request.
func (c *Conn) unwatch() {
	c.watcher.mu.Lock()
	c.watcher.done = nil
	c.watcher.mu.Unlock()
}

// look stops what runs where its request has ended. It holds the lock, so the
// connection is open: a request is under way.
func (c *Conn) look() {
	w := &c.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done == nil {
		w.ticking = false
		return
	}
	select {
	case <-w.done:
		w.ticking = false
		C.dn_cancel(c.c)
	default:
		w.timer.Reset(watchEvery)
	}
}
