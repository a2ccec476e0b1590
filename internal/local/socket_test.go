package local_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/local"
)

func TestTheSocketIsForItsOwnerAndGoesAwayWithItsListener(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dione.sock")
	l, err := local.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("mode %v, error %v; want a socket with 0600", info.Mode(), err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close: %v, want no file", err)
	}
}

func TestADeadSocketIsReplaced(t *testing.T) {
	path := filepath.Join(shortDir(t), "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	l, err := local.Listen(t.Context(), path)
	if err != nil {
		t.Fatalf("error %v, want the dead socket replaced", err)
	}
	_ = l.Close()
}

func TestAFileInTheWayIsSpared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dione.sock")
	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := local.Listen(t.Context(), path); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("listener %v, error %v; want a refusal", l, err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "data" {
		t.Errorf("the file holds %q, error %v", got, err)
	}
}

// Data folders may lie deeper than the path of a socket may be long.
func TestALongPathWorks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep", 30))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "dione.sock")
	serveHandler(t, path, local.NewHandler(&echoService{db: someDatabase()}, slog.New(slog.DiscardHandler)))
	if db, err := dial(t, path).Database(t.Context(), "shop"); err != nil || db.ID != id {
		t.Errorf("database %v, error %v", db, err)
	}
}

func TestAMissingFolderIsAnError(t *testing.T) {
	for _, depth := range []int{1, 40} { // a short path and a long one
		path := filepath.Join(t.TempDir(), strings.Repeat("gone", depth), "dione.sock")
		if l, err := local.Listen(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("listener %v, error %v; want fs.ErrNotExist", l, err)
		}
		if _, err := dial(t, path).Database(t.Context(), "x"); d1.KindOf(err) != d1.KindUnavailable || err == nil {
			t.Errorf("error %v, want KindUnavailable", err)
		}
	}
}

// shortDir gives a folder whose path is short enough for any socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "d") //nolint:usetesting // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
