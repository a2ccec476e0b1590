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

// startOurs opens a data folder with its desk of bindings, in this process.
func startOurs(t *testing.T) *target {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	node, err := app.Open(t.Context(), app.Options{
		DataDir: dir, Limits: d1.Cloudflare(), Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Command: "test", Listen: true, Binding: "127.0.0.1:0",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close the node: %v", err)
		}
	})
	key, err := app.ReadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	var (
		mu    sync.Mutex
		known = map[string]http.Header{}
	)
	client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	t.Cleanup(client.CloseIdleConnections)
	return &target{name: "dione", client: client, url: "http://" + node.BindingAddress(), headers: func(database string) (http.Header, error) {
		mu.Lock()
		defer mu.Unlock()
		if h := known[database]; h != nil {
			return h, nil
		}
		db, err := node.Service().CreateDatabase(t.Context(), d1.CreateDatabaseRequest{Name: database})
		if err != nil {
			return nil, err
		}
		h := http.Header{}
		for _, header := range app.BindingHeaders(key, db.ID) {
			h.Set(header.Name, header.Value)
		}
		known[database] = h
		return h, nil
	}}
}
