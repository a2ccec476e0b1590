package engine

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dione-db/dione/d1"
)

// patience is how long one request waits in all for what it needs: its turn, a
// connection, room in the budget. Its clock starts with the first wait.
type patience struct {
	limit time.Duration
	timer *time.Timer
}

// over gives a channel that is sent to when the patience is used up.
func (p *patience) over() <-chan time.Time {
	if p.timer == nil {
		p.timer = time.NewTimer(p.limit)
	}
	return p.timer.C
}

// stop ends the clock; call it when the request is over.
func (p *patience) stop() {
	if p.timer != nil {
		p.timer.Stop()
	}
}

// gate lets a bounded number of callers be inside at once and has the others
// wait in the order they came. The queue is bounded in length, and each one's
// wait by its patience and its context. Going in and out of a gate that nobody
// waits at takes one atomic operation each.
type gate struct {
	width uint32 // most callers inside
	queue uint32 // most callers waiting

	state atomic.Uint64 // waiting<<32 | inside; somebody waits only while inside is width

	mu      sync.Mutex
	waiting list.List // of *ticket, in order
}

// ticket is a place in the queue.
type ticket struct {
	turn chan struct{} // closed when the holder is inside
	at   *list.Element // nil once it has left the queue; guarded by the gate's mu
}

const oneWaiting = 1 << 32

// tryEnter goes in where nobody has to wait.
func (g *gate) tryEnter() bool {
	for {
		s := g.state.Load()
		if s >= oneWaiting || uint32(s) >= g.width {
			return false
		}
		if g.state.CompareAndSwap(s, s+1) {
			return true
		}
	}
}

// enter goes in, waiting if it must. Who got nil must leave.
func (g *gate) enter(ctx context.Context, p *patience) error {
	if g.tryEnter() {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return canceled(err)
	}
	t, err := g.join()
	if t == nil {
		return err
	}
	select {
	case <-t.turn:
		return nil
	case <-ctx.Done():
		err = canceled(ctx.Err())
	case <-p.over():
		err = d1.Errorf(d1.KindUnavailable, d1.CodeOverloaded, "%s", d1.TextQueuedTooLong)
	}
	if !g.withdraw(t) { // the turn came at this very moment
		g.leave()
	}
	return err
}

// join takes a place in the queue. Without a ticket and an error the caller is
// inside already.
func (g *gate) join() (*ticket, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for {
		s := g.state.Load()
		switch {
		case s < oneWaiting && uint32(s) < g.width:
			if g.state.CompareAndSwap(s, s+1) {
				return nil, nil
			}
		case uint32(s>>32) >= g.queue:
			return nil, d1.Errorf(d1.KindUnavailable, d1.CodeOverloaded, "%s", d1.TextOverloaded)
		case g.state.CompareAndSwap(s, s+oneWaiting):
			t := &ticket{turn: make(chan struct{})}
			t.at = g.waiting.PushBack(t)
			return t, nil
		}
	}
}

// withdraw gives up a place in the queue. It reports false when it is that one's turn already.
func (g *gate) withdraw(t *ticket) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.at == nil {
		return false
	}
	g.remove(t)
	return true
}

// remove takes t out of the queue; mu is held.
func (g *gate) remove(t *ticket) {
	g.waiting.Remove(t.at)
	t.at = nil
	g.state.Add(^uint64(oneWaiting - 1))
}

// leave goes out, or hands the place to the one who waits longest.
func (g *gate) leave() {
	for {
		s := g.state.Load()
		if s >= oneWaiting {
			if g.handOver() {
				return
			}
			continue
		}
		if g.state.CompareAndSwap(s, s-1) {
			return
		}
	}
}

func (g *gate) handOver() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	front := g.waiting.Front()
	if front == nil {
		return false
	}
	t, ok := front.Value.(*ticket)
	if !ok {
		panic("engine: no ticket in a queue")
	}
	g.remove(t)
	close(t.turn)
	return true
}

// canceled is the error of a caller whose context ended.
func canceled(cause error) error {
	return d1.Errorf(d1.KindUnavailable, d1.CodeCanceled, "the client went away").Because(cause)
}
