package engine

import (
	"container/list"
	"context"
	"sync"
)

// budget bounds the databases that are open at once. When it is used up, an
// idle one is closed for the next: the ring is walked like the hand of a clock,
// and passes by those used since it came by last.
type budget struct {
	places gate

	mu   sync.Mutex
	ring list.List // of *actor; the hand is at the front
}

// take waits for a place for a. The caller owns a's state, which is opening.
func (b *budget) take(ctx context.Context, p *patience, a *actor) error {
	if !b.places.tryEnter() {
		// From here on whoever leaves a database idle closes it, so that a
		// place comes free also where eviction finds none now.
		a.engine.starving.Add(1)
		defer a.engine.starving.Add(-1)
		b.evict()
		if err := b.places.enter(ctx, p); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a.at = b.ring.PushBack(a)
	return nil
}

// give gives the place of a back, if it has one. The caller owns a's state.
func (b *budget) give(a *actor) {
	b.mu.Lock()
	had := a.at != nil
	if had {
		b.ring.Remove(a.at)
		a.at = nil
	}
	b.mu.Unlock()
	if had {
		b.places.leave()
	}
}

// evict closes the database that was idle longest, more or less, if there is an idle one.
func (b *budget) evict() {
	if a := b.victim(); a != nil {
		a.closeAll()
		a.reopenable()
	}
}

// victim finds an idle database and makes the caller the owner of its state, which is closing.
func (b *budget) victim() *actor {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range 2 * b.ring.Len() { // once to take the second chance away, once to find
		front := b.ring.Front()
		b.ring.MoveToBack(front)
		if a, ok := front.Value.(*actor); ok && a.yield() {
			return a
		}
	}
	return nil
}

// yield makes an idle database that was not used since the last call closing.
func (a *actor) yield() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.state != stateOpen || a.inUse > 0 {
		return false
	}
	if a.recent {
		a.recent = false
		return false
	}
	a.to(stateClosing)
	return true
}

// actors gives those that have a place.
func (b *budget) actors() []*actor {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]*actor, 0, b.ring.Len())
	for e := b.ring.Front(); e != nil; e = e.Next() {
		if a, ok := e.Value.(*actor); ok {
			list = append(list, a)
		}
	}
	return list
}
