package integration_test

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/app"
)

// node is a data folder with its desk of bindings, in this process.
type node struct {
	*app.Node

	dir string
	key []byte
}

// openNode opens a data folder. The caller closes it.
func openNode(t *testing.T, dir, listen string) *node {
	t.Helper()
	n, err := app.Open(t.Context(), app.Options{
		DataDir: dir, Limits: d1.Cloudflare(), Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
		Command: "test", Listen: true, Binding: listen,
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := app.ReadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	return &node{Node: n, dir: dir, key: key}
}

func (n *node) close(t *testing.T) {
	t.Helper()
	if err := n.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Errorf("close the node: %v", err)
	}
}

// create makes a database and gives the headers that open it.
func (n *node) create(ctx context.Context, name string) (http.Header, error) {
	db, err := n.Service().CreateDatabase(ctx, d1.CreateDatabaseRequest{Name: name})
	if err != nil {
		return nil, err
	}
	return n.headers(db.ID), nil
}

func (n *node) headers(id d1.DatabaseID) http.Header {
	h := http.Header{}
	for _, header := range app.BindingHeaders(n.key, id) {
		h.Set(header.Name, header.Value)
	}
	return h
}

// startOurs opens a new data folder and gives its desk of bindings.
func startOurs(t *testing.T) *target {
	t.Helper()
	n := openNode(t, filepath.Join(t.TempDir(), "data"), "127.0.0.1:0")
	t.Cleanup(func() { n.close(t) })
	var (
		mu    sync.Mutex
		known = map[string]http.Header{}
	)
	client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	t.Cleanup(client.CloseIdleConnections)
	return &target{name: "dione", client: client, url: "http://" + n.BindingAddress(), headers: func(database string) (http.Header, error) {
		mu.Lock()
		defer mu.Unlock()
		if known[database] == nil {
			h, err := n.create(t.Context(), database)
			if err != nil {
				return nil, err
			}
			known[database] = h
		}
		return known[database], nil
	}}
}
