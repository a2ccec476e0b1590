package engine

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/catalog"
	"github.com/dione-db/dione/internal/history"
	"github.com/dione-db/dione/internal/sqlite"
)

// conn is what this package needs of [sqlite.Conn].
type conn interface {
	Query(ctx context.Context, stmts []d1.Statement, f d1.Format) ([]d1.Result, error)
	Import(ctx context.Context, sql []byte) (int64, d1.Meta, error)
	LastRowID() int64
	SetLastRowID(id int64)
	Pinned() bool
	WALFrames() (pending, total int)
	Checkpoint(restart bool) error
	Shrink()
	Close() error
}

// state says who may touch the connections of an actor.
type state uint8

// The states, in the order of a life. The one who brings an actor into opening, draining or
// closing owns it until it brings it out again.
const (
	stateClosed   state = iota // no connection, no place in the budget
	stateOpening               // its owner waits for a place in the budget
	stateOpen                  // callers come and go
	stateDraining              // its owner waits for the callers to leave; others wait outside
	stateClosing               // its owner closes the connections; others wait outside
)

// actor is one database while the process runs. Who uses it is inside (inUse)
// from enter to leave; a reading connection belongs to who took it, the
// writing one to who is inside the gate of writers, and all of them to the
// owner of the state while that is closing.
type actor struct {
	engine *Engine
	id     d1.DatabaseID

	readers gate // as wide as there may be reading connections
	writers gate // of width one

	// writer is nil while it is not open. The gate of writers guards it.
	writer conn
	// checkpointAt is the number of pending frames at which to try again; guarded like writer.
	checkpointAt int

	pinned    atomic.Bool  // reads must go to the writer
	lastRowID atomic.Int64 // of the last insert by anyone
	// position is that of the last commit that was acknowledged or is about to be.
	// Only the writer changes it.
	position atomic.Pointer[history.Position]
	codec    atomic.Pointer[history.Codec] // nil until a session asks, and after closing

	mu      sync.Mutex
	state   state
	changed chan struct{} // closed at the next change that somebody may wait for; nil when nobody does
	gone    bool          // the database is deleted, or about to be
	shut    bool          // the engine closes
	inUse   int           // callers inside
	free    []conn        // reading connections nobody uses, the last used at the end
	reading int           // reading connections taken
	peak    int           // most of them at once since the last sweep
	used    bool          // since the last sweep
	stamp   uint64        // of the last use, by the budget's clock
	shrunk  bool          // nothing to give back since the last use
	since   time.Time     // when the last sweep saw it used
	at      *list.Element // in the engine's ring while it has a place in the budget; guarded by the ring's mu
}

func newActor(e *Engine, id d1.DatabaseID, from history.Position) *actor {
	a := &actor{engine: e, id: id}
	a.readers.width, a.readers.queue = width(e.opts.ReadersMax), width(e.opts.QueueMax)
	a.writers.width, a.writers.queue = 1, width(e.opts.QueueMax)
	a.position.Store(&from)
	return a
}

// enter waits until the database is open, opening it if nobody does, and keeps
// it open until leave.
func (a *actor) enter(ctx context.Context, p *patience) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.admit(ctx, p); err != nil {
		return err
	}
	a.inside()
	return nil
}

// inside counts a caller in; mu is held and the state is open.
func (a *actor) inside() {
	a.inUse++
	a.used, a.stamp = true, a.engine.budget.opens.Load()
}

// leave ends what enter began.
func (a *actor) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.outside()
}

// outside counts a caller out; mu is held.
func (a *actor) outside() {
	a.inUse--
	if a.inUse > 0 {
		return
	}
	if a.state == stateDraining {
		a.signal()
	} else if a.engine.starving.Load() > 0 {
		// Someone waits for a place in the budget and found no idle database.
		a.engine.background.Go(func() { a.closeIfIdle() })
	}
}

// admit returns nil when the state is open; mu is held before and after, but
// not while it waits.
func (a *actor) admit(ctx context.Context, p *patience) error {
	for {
		switch {
		case a.shut:
			return shuttingDown()
		case a.gone:
			return catalog.NotFound(string(a.id))
		case a.state == stateOpen:
			return nil
		case a.state == stateClosed:
			if err := a.open(ctx, p); err != nil {
				return err
			}
		default:
			if err := a.await(ctx, p); err != nil {
				return err
			}
		}
	}
}

// open takes a place in the budget; connections are opened by who needs them.
// mu is held before and after, and the state closed before.
func (a *actor) open(ctx context.Context, p *patience) error {
	a.to(stateOpening)
	a.mu.Unlock()
	err := a.engine.budget.take(ctx, p, a)
	a.mu.Lock()
	if err != nil {
		a.to(stateClosed)
		return err
	}
	a.since, a.used, a.shrunk = time.Now(), true, false
	a.to(stateOpen)
	return nil
}

// await waits for the next change, without mu, which is held before and after.
func (a *actor) await(ctx context.Context, p *patience) error {
	changed := a.change()
	a.mu.Unlock()
	defer a.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return canceled(ctx.Err())
	case <-p.over():
		return d1.Errorf(d1.KindUnavailable, d1.CodeOverloaded, "%s", d1.TextQueuedTooLong)
	}
}

// change is closed at the next change; mu is held.
func (a *actor) change() <-chan struct{} {
	if a.changed == nil {
		a.changed = make(chan struct{})
	}
	return a.changed
}

// to changes the state; mu is held.
func (a *actor) to(s state) {
	a.state = s
	a.signal()
}

// signal wakes who waits for a change; mu is held.
func (a *actor) signal() {
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
}

// quiesce keeps callers out, waits until the last one inside has left, and makes the
// caller the owner of all connections: the state is closing. When ctx ends first,
// nothing has changed.
func (a *actor) quiesce(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.drain(ctx.Done(), false) {
		return canceled(ctx.Err())
	}
	return nil
}

// drain is quiesce with mu held; mine says that this caller made the state
// draining. It reports false when giveUp was closed first.
func (a *actor) drain(giveUp <-chan struct{}, mine bool) bool {
	for {
		switch {
		case a.state == stateOpen && !mine:
			mine = true
			a.to(stateDraining)
		case a.state == stateClosed, a.state == stateDraining && mine && a.inUse == 0:
			a.to(stateClosing)
			return true
		}
		if mine && a.inUse == 0 {
			continue
		}
		changed := a.change()
		a.mu.Unlock()
		select {
		case <-changed:
			a.mu.Lock()
		case <-giveUp:
			a.mu.Lock()
			if mine && a.state == stateDraining {
				a.to(stateOpen)
			}
			return false
		}
	}
}

// closeIfIdle closes the database where nobody is inside.
func (a *actor) closeIfIdle() {
	if a.claim() {
		a.closeAll()
		a.reopenable()
	}
}

// closeAll closes the connections and gives the place in the budget back. The
// state is closing and the caller its owner, and stays that.
func (a *actor) closeAll() {
	a.mu.Lock()
	conns := a.free
	a.free = nil
	a.mu.Unlock()
	if a.writer != nil {
		conns = append(conns, a.writer) // last: the last one copies the WAL into the file
		a.writer = nil
	}
	for _, c := range conns {
		if err := closeConn(c); err != nil {
			a.engine.opts.Log.Warn("a database was not closed in order",
				slog.String("database", string(a.id)), slog.Any("error", err))
		}
	}
	a.checkpointAt = 0
	a.pinned.Store(false)
	a.codec.Store(nil)
	a.engine.budget.give(a)
}

// reopenable ends closing: whoever waits may open the database again.
func (a *actor) reopenable() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.to(stateClosed)
}

// discard has all connections closed as soon as nobody uses them, because one of
// them met damage or a broken invariant. Who comes later finds the database
// opened anew.
func (a *actor) discard() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.state != stateOpen {
		return // someone closes it already
	}
	a.to(stateDraining)
	a.engine.background.Go(func() {
		a.mu.Lock()
		a.drain(nil, true) // ends when the last caller inside has left
		a.mu.Unlock()
		a.closeAll()
		a.reopenable()
	})
}

// connect opens a connection to the file.
func (a *actor) connect(readOnly bool) (conn, error) {
	path := a.engine.opts.Catalog.Path(a.id)
	c, err := a.engine.opts.open(path, sqlite.Options{Limits: a.engine.opts.Limits, ReadOnly: readOnly})
	if err == nil {
		return c, nil
	}
	if _, statErr := os.Stat(path); errors.Is(statErr, fs.ErrNotExist) {
		return nil, d1.Errorf(d1.KindDamaged, d1.CodeDamaged, "the file of the database is missing").Because(err)
	}
	return nil, fmt.Errorf("open database: %w", err)
}

// closeConn closes a connection, whatever state that is in.
func closeConn(c conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return c.Close()
}

// width makes a bound of the options one of a gate.
func width(n int) uint32 { return uint32(min(max(n, 0), 1<<30)) }
