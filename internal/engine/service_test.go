package engine_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/catalog"
	"github.com/dione-db/dione/internal/engine"
	"github.com/dione-db/dione/internal/servicetest"
)

func TestService(t *testing.T) {
	servicetest.Run(t, func(t *testing.T) d1.Service { return start(t, t.TempDir(), engine.Options{}) })
}

// TestServiceInLittleRoom holds the contract where databases come and go all the time.
func TestServiceInLittleRoom(t *testing.T) {
	servicetest.Run(t, func(t *testing.T) d1.Service {
		return start(t, t.TempDir(), engine.Options{
			OpenMax: 1, ReadersMax: 1, RunsMax: 1, IdleAfter: time.Millisecond, ShrinkAfter: time.Millisecond,
			CheckpointFrames: 1, WALFramesMax: 2,
		})
	})
}

// start opens the engine of a folder and closes it with the test.
func start(t testing.TB, folder string, o engine.Options) *engine.Engine {
	t.Helper()
	e, stop := startStop(t, folder, o)
	t.Cleanup(stop)
	return e
}

// startStop is start where the test itself stops; stopping twice does no harm.
func startStop(t testing.TB, folder string, o engine.Options) (*engine.Engine, func()) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	cat, err := catalog.Open(t.Context(), folder, log)
	if err != nil {
		t.Fatalf("open catalog: %v", err)
	}
	o.Catalog, o.Key, o.Log = cat, []byte("0123456789abcdef0123456789abcdef"), log
	if o.Limits == (d1.Limits{}) {
		o.Limits = d1.Cloudflare()
	}
	e := engine.New(o)
	return e, func() {
		if err := e.Close(context.Background()); err != nil {
			t.Errorf("close engine: %v", err)
		}
		if err := cat.Close(); err != nil {
			t.Errorf("close catalog: %v", err)
		}
	}
}
