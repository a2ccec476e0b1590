package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/history"
)

// job is what one request does with the writing connection. It tells whether it changed the database.
type job func(c conn) (changed bool, err error)

// write has the writing connection to itself while fn runs, on the caller's
// goroutine, in the order of arrival. When it returns, what fn committed is counted, so
// that whoever starts to read then sees it and is told of it; at becomes the position after it.
func (a *actor) write(ctx context.Context, p *patience, at **history.Position, fn job) error {
	if err := a.writers.enter(ctx, p); err != nil {
		return err
	}
	if err := a.enter(ctx, p); err != nil {
		a.writers.leave()
		return err
	}
	if err := a.engine.runs.enter(ctx, p); err != nil {
		a.leaveWriter()
		return err
	}
	err := a.runWriter(ctx, fn)
	a.engine.runs.leave()
	*at = a.position.Load() // before the next writer
	if !a.checkpointDue() {
		a.leaveWriter()
		return err
	}
	// The answer does not wait for it, the next writer does.
	ctx = context.WithoutCancel(ctx)
	a.engine.background.Go(func() {
		defer a.leaveWriter()
		a.checkpoint(ctx)
	})
	return err
}

func (a *actor) leaveWriter() {
	a.writers.leave()
	a.leave()
}

// runWriter is a run with its guards; the caller is inside the gate of writers.
func (a *actor) runWriter(ctx context.Context, fn job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
			a.dropWriter()
		}
	}()
	if a.writer == nil {
		c, err := a.connect(false)
		if err != nil {
			return err
		}
		c.SetLastRowID(a.lastRowID.Load())
		a.writer = c
		// Frames that an earlier process left are counted with the first transaction; a
		// position too many does no harm.
	}
	// Any frame more, or a WAL begun anew, is a commit. So is a change that SQLite found to be none:
	// the client is told that the database changed.
	pending, total := a.writer.WALFrames()
	changed, err := fn(a.writer)
	if p, t := a.writer.WALFrames(); changed || p != pending || t != total {
		a.advance(context.WithoutCancel(ctx)) // the commit is done, whoever left
	}
	a.lastRowID.Store(a.writer.LastRowID())
	a.pinned.Store(a.writer.Pinned())
	if err != nil && damaged(err) {
		a.dropWriter()
	}
	return err
}

// dropWriter closes the writing connection, which must not be used again, and
// has the others follow.
func (a *actor) dropWriter() {
	a.discard()
	if a.writer != nil {
		_ = closeConn(a.writer) // its failure is known by now
		a.writer = nil
	}
}

// advance counts a commit.
func (a *actor) advance(ctx context.Context) {
	p := *a.position.Load()
	if p.Seq+1 >= history.EndSeq {
		boot, err := a.engine.opts.Catalog.NextBoot(ctx)
		if err != nil {
			a.engine.opts.Log.LogAttrs(ctx, slog.LevelError, "commits cannot be counted any more",
				slog.String("database", string(a.id)), slog.Any("error", err))
			return
		}
		p.Incarnation, p.Seq = boot, 0
	}
	p.Seq++
	p.Day = max(p.Day, today())
	a.position.Store(&p)
}

// today counts the UTC days since 1970.
func today() uint32 {
	return uint32(max(time.Now().Unix()/86_400, 0))
}

// checkpointDue tells whether the WAL should be copied into the file now.
func (a *actor) checkpointDue() bool {
	if a.writer == nil {
		return false
	}
	pending, _ := a.writer.WALFrames()
	return pending > max(a.checkpointAt, a.engine.opts.CheckpointFrames)
}

// checkpoint copies the WAL into the file. The caller is inside the gate of writers.
func (a *actor) checkpoint(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			a.report(panicked(p))
			a.dropWriter()
		}
	}()
	most := a.engine.opts.WALFramesMax
	_, total := a.writer.WALFrames()
	var err error
	if total > most {
		err = a.restartWAL(ctx, time.Duration(total/most)*restartPause)
	} else {
		err = a.writer.Checkpoint(false)
	}
	pending, _ := a.writer.WALFrames()
	// What a reader or a failure kept from being copied is tried again when there is more.
	a.checkpointAt = pending + a.engine.opts.CheckpointFrames
	if err != nil {
		a.report(err)
		if damaged(err) {
			a.dropWriter()
		}
	}
}

// restartPause is how long readers are held back for each multiple of its
// bound that the WAL has grown to.
const restartPause = 100 * time.Millisecond

// restartWAL copies all of the WAL and has it start anew, which SQLite can only
// while no reader stands in it. So readers are held back until those under way have ended, or for
// as long as patience allows; then as much is copied as can be.
func (a *actor) restartWAL(ctx context.Context, limit time.Duration) error {
	p := patience{limit: limit}
	defer p.stop()
	held := 0
	for range a.readers.width {
		if a.readers.enter(ctx, &p) != nil {
			break
		}
		held++
	}
	err := a.writer.Checkpoint(true)
	for range held {
		a.readers.leave()
	}
	return err
}

// report logs what no caller can be told.
func (a *actor) report(err error) {
	a.engine.opts.Log.Warn("the log of a database could not be copied into its file",
		slog.String("database", string(a.id)), slog.String("error", err.Error()), slog.String("cause", d1.Cause(err)))
}
