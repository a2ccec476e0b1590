package app_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/app"
	"github.com/dione-db/dione/internal/auth"
	"github.com/dione-db/dione/internal/servicetest"
)

// node opens a node of its own for one case.
func node(t *testing.T) (n *app.Node, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	o := options(dir)
	o.Listen = true
	n, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close(t.Context()) })
	return n, dir
}

// TestGuardKeepsTheContract runs the suite through the guard, as the command line's caller.
func TestGuardKeepsTheContract(t *testing.T) {
	servicetest.Run(t, func(t *testing.T) d1.Service {
		n, _ := node(t)
		return asCaller{auth.NewGuard(n.Service(), slog.New(slog.DiscardHandler)), auth.LocalCaller("test")}
	})
}

// TestLocalSocketKeepsTheContract runs the suite from beside a process that has the folder.
func TestLocalSocketKeepsTheContract(t *testing.T) {
	servicetest.Run(t, func(t *testing.T) d1.Service {
		_, dir := node(t)
		c := connect(t, options(dir))
		t.Cleanup(func() { _ = c.Close() })
		return c.Service
	})
}
