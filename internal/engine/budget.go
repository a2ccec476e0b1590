package engine

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
)

// budget bounds the databases that are open at once. When it is used up, an
// idle one is closed for the next: of a handful, the one whose last use is longest ago.
type budget struct {
	places gate
	// opens counts the places taken so far; it is the clock by which uses are stamped, so that
	// a use costs no look at a real one and no lock that all databases share.
	opens atomic.Uint64

	mu   sync.Mutex
	ring list.List // of *actor; eviction looks at the front and moves what it saw to the back
}

// handful is how many idle databases eviction chooses from.
const handful = 16

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
	b.opens.Add(1)
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
	for range 3 { // who is chosen may be in use again by then
		var oldest *actor
		var stamp uint64
		idle := 0
		for range b.ring.Len() {
			front := b.ring.Front()
			b.ring.MoveToBack(front)
			a, ok := front.Value.(*actor)
			if !ok {
				continue
			}
			s, unused := a.unused()
			if !unused {
				continue
			}
			if oldest == nil || s < stamp {
				oldest, stamp = a, s
			}
			if idle++; idle == handful {
				break
			}
		}
		if oldest == nil || oldest.claim() {
			return oldest
		}
	}
	return nil
}

// unused tells the stamp of the last use of a database that nobody uses now.
func (a *actor) unused() (stamp uint64, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stamp, a.state == stateOpen && a.inUse == 0
}

// claim makes an idle database closing, and the caller the owner of that.
func (a *actor) claim() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.state != stateOpen || a.inUse > 0 {
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
