package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/local"
)

// Member is one of the processes that share a data folder, such as several
// "dione dev". One of them has the folder and serves all; when it ends, the
// next takes its place, at the same sockets.
type Member struct {
	o      Options
	key    []byte
	desk   string
	client *local.Client // nil while this process has the folder
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu   sync.Mutex
	node *Node // nil while another process has the folder
}

// Join opens a data folder, or joins the process that serves it. Options must
// not ask for another address.
func Join(ctx context.Context, o Options) (*Member, error) {
	o.Listen = true
	node, err := Open(ctx, o)
	if err == nil {
		return &Member{o: o, key: node.key, desk: node.desk, node: node}, nil
	}
	running, serving := readRunning(o.DataDir)
	if inUse, ok := errors.AsType[*InUseError](err); !ok || !inUse.Serving || !serving {
		return nil, err
	}
	key, err := ReadKey(o.DataDir)
	if err != nil {
		return nil, err
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m := &Member{
		o: o, key: key, desk: running.Desk, cancel: cancel,
		client: local.Dial(filepath.Join(o.DataDir, localSocketName)),
	}
	m.done.Go(func() { m.takeOver(watch) })
	return m, nil
}

// takeOver waits for the folder and opens it.
func (m *Member) takeOver(ctx context.Context) {
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
		c, err := openCore(ctx, m.o)
		if err != nil {
			m.report(ctx, err)
			continue
		}
		node, err := newNode(ctx, m.o, c)
		if err != nil {
			m.report(ctx, err)
			continue
		}
		m.o.Log.LogAttrs(ctx, slog.LevelInfo, "this process has the data folder now")
		m.mu.Lock()
		m.node = node
		m.mu.Unlock()
		return
	}
}

func (m *Member) report(ctx context.Context, err error) {
	if _, inUse := errors.AsType[*InUseError](err); !inUse {
		m.o.Log.LogAttrs(ctx, slog.LevelWarn, "data folder cannot be taken over", slog.String("error", err.Error()))
	}
}

// Service is the databases, wherever they are served at this moment. A caller
// asks for it anew before each use.
func (m *Member) Service() d1.Service {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.node != nil {
		return m.node.Service()
	}
	return m.client
}

// Shared says whether another process has the folder.
func (m *Member) Shared() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.node == nil
}

// BindingAddress is where bindings are answered, by whoever has the folder.
func (m *Member) BindingAddress() string { return m.desk }

// BindingHeaders are the headers that open one database to a binding.
func (m *Member) BindingHeaders(id d1.DatabaseID) []Header { return BindingHeaders(m.key, id) }

// Close leaves the folder.
func (m *Member) Close(ctx context.Context) error {
	if m.cancel != nil {
		m.cancel()
		m.done.Wait()
		m.client.Close()
	}
	if m.node == nil {
		return nil
	}
	if err := m.node.Close(ctx); err != nil {
		return fmt.Errorf("leave the data folder: %w", err)
	}
	return nil
}
