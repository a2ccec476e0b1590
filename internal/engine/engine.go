// Package engine is the room where SQL runs. It implements [d1.Service] on the
// files of one data folder: one actor per database, which is opened on first
// use and closed when idle, with one writing connection that requests use one
// after the other and some reading ones beside it. DESIGN.md tells how.
package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/history"
)

// servedBy is what the meta of every result says of who answered.
const servedBy = "dione"

// closers is how many databases are closed at once when the engine closes: each waits for the disk.
const closers = 16

// Engine runs the databases of one catalog. All methods may be called by any
// number of goroutines at once.
type Engine struct {
	opts     Options
	runs     gate // requests inside SQLite
	budget   budget
	starving atomic.Int32 // callers that wait for a place in the budget

	background sync.WaitGroup // goroutines that end by themselves, once every actor is closed
	stop       chan struct{}  // closed to end the sweep
	swept      sync.WaitGroup

	// acquaint is held while an actor is added or forgotten together with a look into the catalog.
	acquaint sync.Mutex
	floor    history.Position // at or above the last position of every database deleted; guarded by acquaint

	mu     sync.RWMutex
	actors map[d1.DatabaseID]*actor // every database used in this process, also while it is closed
	closed bool
}

var _ d1.Service = (*Engine)(nil)

// New makes an engine. It opens nothing yet. Close it before its catalog.
func New(o Options) *Engine {
	o.setDefaults()
	e := &Engine{
		opts:   o,
		stop:   make(chan struct{}),
		actors: make(map[d1.DatabaseID]*actor),
	}
	e.runs.width, e.runs.queue = width(e.opts.RunsMax), width(max(e.opts.QueueMax, e.opts.RunsMax))
	e.budget.places.width, e.budget.places.queue = width(e.opts.OpenMax), width(max(e.opts.QueueMax, e.opts.OpenMax))
	e.floor = history.Position{Incarnation: o.Catalog.Boot(), Day: today()}
	e.swept.Go(e.sweep)
	return e
}

// Close refuses new requests (KindUnavailable), lets those under way end, and closes
// all databases. When ctx ends first it gives up on those still busy and says how
// many: their commits are safe, but their files stay open.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	first := !e.closed
	e.closed = true
	actors := slices.Collect(maps.Values(e.actors))
	e.mu.Unlock()
	if !first {
		return nil
	}
	close(e.stop)
	for _, a := range actors {
		a.refuse()
	}
	var busy atomic.Int32
	work := make(chan *actor)
	var closing sync.WaitGroup
	for range closers {
		closing.Go(func() {
			for a := range work {
				if a.end(ctx) != nil {
					busy.Add(1)
				}
			}
		})
	}
	for _, a := range actors {
		work <- a
	}
	close(work)
	closing.Wait()
	e.swept.Wait()
	if n := busy.Load(); n > 0 {
		return fmt.Errorf("close engine: %d databases are still busy", n)
	}
	e.background.Wait()
	return nil
}

// refuse keeps out whoever comes from now on, or waits.
func (a *actor) refuse() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shut = true
	a.signal()
}

// end closes the database once nobody is inside.
func (a *actor) end(ctx context.Context) error {
	if err := a.quiesce(ctx); err != nil {
		return err
	}
	a.closeAll()
	a.reopenable()
	return nil
}

// Stats tells what the engine holds at the moment.
type Stats struct {
	OpenDatabases int // with a place in the budget
	OpenMax       int
}

// Stats gives numbers for whoever watches the node.
func (e *Engine) Stats() Stats {
	return Stats{OpenDatabases: int(uint32(e.budget.places.state.Load())), OpenMax: e.opts.OpenMax}
}

// actor finds the actor of a database, or makes one where the catalog knows the database.
func (e *Engine) actor(ctx context.Context, id d1.DatabaseID) (*actor, error) {
	e.mu.RLock()
	a := e.actors[id]
	e.mu.RUnlock()
	if a != nil {
		return a, nil
	}
	return e.meet(ctx, id)
}

// meet makes an actor. A deletion cannot come between the look into the catalog and
// the new actor, as it forgets the old one only after the catalog did.
func (e *Engine) meet(ctx context.Context, id d1.DatabaseID) (*actor, error) {
	e.acquaint.Lock()
	defer e.acquaint.Unlock()
	e.mu.RLock()
	a, closed := e.actors[id], e.closed
	e.mu.RUnlock()
	if closed {
		return nil, shuttingDown()
	}
	if a != nil {
		return a, nil
	}
	if _, err := e.opts.Catalog.Get(ctx, id); err != nil {
		return nil, err
	}
	a = newActor(e, id, e.floor)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, shuttingDown()
	}
	e.actors[id] = a
	return a, nil
}

// forget drops the actor of a deleted database. A later database of the same id
// starts at a position above all of this one's.
func (e *Engine) forget(a *actor) {
	e.acquaint.Lock()
	defer e.acquaint.Unlock()
	if p := *a.position.Load(); p.Includes(e.floor) {
		e.floor = history.Position{Incarnation: p.Incarnation, Seq: p.Seq, Day: max(p.Day, e.floor.Day)}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.actors, a.id)
}

// open tells whether new requests are welcome.
func (e *Engine) open() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return shuttingDown()
	}
	return nil
}

func shuttingDown() error {
	return d1.Errorf(d1.KindUnavailable, d1.CodeShuttingDown, "the server is shutting down")
}
