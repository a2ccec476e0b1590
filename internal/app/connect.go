package app

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/local"
)

// Connection is a way to the databases of a data folder for the time of one
// command.
type Connection struct {
	Service d1.Service
	close   func() error
}

// Close ends the connection. It must be called.
func (c *Connection) Close() error { return c.close() }

// Connect gives the databases of a data folder: opened here when the folder is
// free, else through the process that serves it. A process that has it and
// serves nobody, another command, is waited for.
func Connect(ctx context.Context, o Options) (*Connection, error) {
	c, err := openWaiting(ctx, o)
	if err == nil {
		return &Connection{Service: c.engine, close: func() error {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
			defer cancel()
			return c.close(ctx)
		}}, nil
	}
	if inUse, ok := errors.AsType[*InUseError](err); ok && inUse.Serving {
		client := local.Dial(filepath.Join(o.DataDir, localSocketName))
		return &Connection{Service: client, close: func() error {
			client.Close()
			return nil
		}}, nil
	}
	return nil, err
}
