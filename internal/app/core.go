package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/catalog"
	"github.com/dione-db/dione/internal/durable"
	"github.com/dione-db/dione/internal/engine"
)

// closeTimeout bounds how long the end of a node waits for requests under way.
const closeTimeout = 20 * time.Second

// drainTimeout is how long requests under way may go on once a node ends; then
// their contexts end, and with them the statements they run.
const drainTimeout = 3 * time.Second

// Options says how to open a data folder.
type Options struct {
	DataDir string
	Limits  d1.Limits
	Log     *slog.Logger
	// Command is what runs, as others who want the folder are told: "dione dev".
	Command string
	// Wait is how long to wait for a folder that another process has.
	Wait time.Duration
	// Listen opens the sockets of the data folder: the desk of bindings and the
	// one for commands. Binding is one more address for the desk of bindings,
	// "host:port" or "unix:/path"; "" for none.
	Listen  bool
	Binding string
}

// core is an open data folder without desks: what a single command needs.
type core struct {
	lock    *durable.LockFile
	key     []byte
	catalog *catalog.Catalog
	engine  *engine.Engine
}

func openCore(ctx context.Context, o Options) (*core, error) {
	lock, err := lockFolder(o.DataDir)
	if err != nil {
		return nil, err
	}
	c := &core{lock: lock}
	if err := c.open(ctx, o); err != nil {
		return nil, errors.Join(err, c.close(ctx))
	}
	return c, nil
}

func (c *core) open(ctx context.Context, o Options) error {
	var err error
	if c.key, err = nodeKey(o.DataDir); err != nil {
		return err
	}
	if c.catalog, err = catalog.Open(ctx, o.DataDir, o.Log); err != nil {
		return fmt.Errorf("open the data folder %s: %w", o.DataDir, err)
	}
	c.engine = engine.New(engine.Options{Catalog: c.catalog, Key: c.key, Limits: o.Limits, Log: o.Log})
	return nil
}

// close ends the databases, then the catalog they are listed in, and gives the
// folder back last.
func (c *core) close(ctx context.Context) error {
	var errs []error
	if c.engine != nil {
		errs = append(errs, c.engine.Close(ctx))
	}
	if c.catalog != nil {
		errs = append(errs, c.catalog.Close())
	}
	errs = append(errs, c.lock.Release())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the data folder: %w", err)
	}
	return nil
}

// openWaiting opens a folder and waits, at most o.Wait, while a process has it
// that serves nobody and so is done soon: another command.
func openWaiting(ctx context.Context, o Options) (*core, error) {
	deadline := time.NewTimer(o.Wait)
	defer deadline.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		c, err := openCore(ctx, o)
		if inUse, ok := errors.AsType[*InUseError](err); !ok || inUse.Serving {
			return c, err
		}
		select {
		case <-again.C:
		case <-deadline.C:
			return nil, err
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the data folder: %w", context.Cause(ctx))
		}
	}
}
