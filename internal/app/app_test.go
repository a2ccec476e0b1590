package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/app"
)

func options(dir string) app.Options {
	return app.Options{DataDir: dir, Limits: d1.Cloudflare(), Log: slog.New(slog.DiscardHandler), Command: "a test"}
}

func connect(t *testing.T, o app.Options) *app.Connection {
	t.Helper()
	c, err := app.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFolderInUseNamesItsProcess(t *testing.T) {
	o := options(filepath.Join(t.TempDir(), "data"))
	first := connect(t, o)
	defer first.Close()
	for name, open := range map[string]func() error{
		"open":    func() error { _, err := app.Open(t.Context(), o); return err },
		"join":    func() error { _, err := app.Join(t.Context(), o); return err },
		"connect": func() error { _, err := app.Connect(t.Context(), o); return err },
	} {
		err := open()
		inUse, ok := errors.AsType[*app.InUseError](err)
		if !ok || inUse.PID != os.Getpid() || inUse.Serving {
			t.Errorf("%s: %v, want that process %d has the folder and serves nobody", name, err, os.Getpid())
		}
	}
}

func TestConnectWaitsForAnotherCommand(t *testing.T) {
	o := options(filepath.Join(t.TempDir(), "data"))
	first := connect(t, o)
	if _, err := first.Service.CreateDatabase(t.Context(), d1.CreateDatabaseRequest{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	o.Wait = time.Minute
	second := make(chan error)
	go func() {
		c, err := app.Connect(context.WithoutCancel(t.Context()), o)
		if err == nil {
			_, err = c.Service.Database(context.WithoutCancel(t.Context()), "a")
			err = errors.Join(err, c.Close())
		}
		second <- err
	}()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Errorf("second command: %v", err)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	o := options(filepath.Join(t.TempDir(), "data"))
	defer connect(t, o).Close()
	o.Wait = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := app.Connect(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
}

// TestServingNodeAnswers asks a node over each of its doors, also where the path of the
// folder is too long for a Unix socket.
func TestServingNodeAnswers(t *testing.T) {
	for name, dir := range map[string]string{
		"short path": "data",
		"long path":  strings.Repeat("long/", 30) + "data",
	} {
		t.Run(name, func(t *testing.T) {
			o := options(filepath.Join(t.TempDir(), dir))
			o.Listen, o.Binding = true, "127.0.0.1:0"
			node, err := app.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			running, ok := app.FindRunning(o.DataDir)
			if !ok || running.PID != os.Getpid() || running.Binding != node.BindingAddress() || running.Desk == "" {
				t.Errorf("running %+v, %v; want this process at %s", running, ok, node.BindingAddress())
			}
			c := connect(t, options(o.DataDir))
			db, err := c.Service.CreateDatabase(t.Context(), d1.CreateDatabaseRequest{Name: "a"})
			if err != nil {
				t.Fatal(err)
			}
			key, err := app.ReadKey(o.DataDir)
			if err != nil {
				t.Fatal(err)
			}
			if got := post(t, running.Binding, app.BindingHeaders(key, db.ID)); !strings.Contains(got, `"one":1`) {
				t.Errorf("the desk answered %s", got)
			}
			other := app.BindingHeaders(key, d1.NewDatabaseID())
			other[0].Value = string(db.ID)
			if got := post(t, running.Binding, other); strings.Contains(got, `"one":1`) {
				t.Errorf("the desk took the secret of another database: %s", got)
			}
			if err := errors.Join(c.Close(), node.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			if _, ok := app.FindRunning(o.DataDir); ok {
				t.Error("a closed node is still found")
			}
			// The desk's socket stays, so that a Worker hears that nobody answers and may try again.
			if _, err := os.Stat(filepath.Join(o.DataDir, "dione.sock")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the socket for commands was left behind: %v", err)
			}
			again, err := app.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func post(t *testing.T, address string, headers []app.Header) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/query",
		bytes.NewReader([]byte(`{"sql":"SELECT 1 AS one","params":[]}`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		req.Header.Set(h.Name, h.Value)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestFoldersThatCannotBeOpened(t *testing.T) {
	for name, prepare := range map[string]func(dir string) error{
		"a file instead of the folder": func(dir string) error { return os.WriteFile(dir, nil, 0o600) },
		"a folder instead of the lock": func(dir string) error { return os.MkdirAll(filepath.Join(dir, "lock"), 0o700) },
		"a key that was cut off": func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "node.key"), []byte("abc"), 0o600))
		},
		"a catalog that is none": func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "catalog.sqlite"), bytes.Repeat([]byte("x"), 8192), 0o600))
		},
		"a file instead of the databases": func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "databases"), nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := prepare(dir); err != nil {
				t.Fatal(err)
			}
			c, err := app.Connect(t.Context(), options(dir))
			if err == nil {
				_ = c.Close()
				t.Fatal("the folder was opened")
			}
			if text := err.Error(); !strings.Contains(text, dir) {
				t.Errorf("the message %q does not name the folder", text)
			}
			// What failed must have given the lock back.
			if _, again := app.Connect(t.Context(), options(dir)); again == nil || again.Error() != err.Error() {
				t.Errorf("the second attempt says %v, the first said %v", again, err)
			}
		})
	}
}
