package httpd_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/httpd"
)

func TestListenStaysOnLoopbackUnlessAsked(t *testing.T) {
	tests := []struct {
		address string
		public  bool
		refusal string // "" when it listens
	}{
		{"127.0.0.1:0", false, ""},
		{"127.8.9.10:0", false, ""},
		{"localhost:0", false, ""},
		{"0.0.0.0:0", false, "others could reach"},
		{"[::]:0", false, "others could reach"},
		{":0", false, "others could reach"},
		{"192.0.2.1:0", false, "others could reach"},
		{"0.0.0.0:0", true, ""},
		{":0", true, ""},
		{"127.0.0.1", false, "want host:port"},
		{"", false, "want host:port"},
		{"127.0.0.1:http:0", false, "want host:port"},
	}
	for _, tt := range tests {
		l, err := httpd.Listen(t.Context(), tt.address, tt.public)
		if err == nil {
			_ = l.Close()
		}
		if (err == nil) != (tt.refusal == "") || (err != nil && !strings.Contains(err.Error(), tt.refusal)) {
			t.Errorf("Listen(%q, %v): %v, want an error with %q", tt.address, tt.public, err, tt.refusal)
		}
	}
}

func TestListenSaysThatAPortIsTaken(t *testing.T) {
	l, err := httpd.Listen(t.Context(), "127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err = httpd.Listen(t.Context(), l.Addr().String(), false); err == nil || !strings.Contains(err.Error(), "another program has this port") {
		t.Errorf("error %v, want one that says so", err)
	}
}

// socketDir gives a folder whose path is short enough for sockets.
func socketDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "d") //nolint:usetesting // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(socketDir(t), "s")
	l, err := httpd.Listen(t.Context(), "unix:"+path, false)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v; want 0600", info.Mode(), err)
	}
	if _, err := httpd.Listen(t.Context(), "unix:"+path, false); err == nil || !strings.Contains(err.Error(), "another program answers") {
		t.Errorf("a second listener: %v, want an error that says that the socket is in use", err)
	}
	server := httpd.New(httpd.Options{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }),
		Log:     quiet(),
	})
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://d1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTeapot {
		t.Errorf("status %d, want 418", resp.StatusCode)
	}
	client.CloseIdleConnections()
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestUnixSocketInPlaceOfADeadOne(t *testing.T) {
	path := filepath.Join(socketDir(t), "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	l, err := httpd.Listen(t.Context(), "unix:"+path, false)
	if err != nil {
		t.Fatalf("error %v, want the dead socket replaced", err)
	}
	_ = l.Close()
}

func TestUnixSocketSparesFiles(t *testing.T) {
	path := filepath.Join(socketDir(t), "precious")
	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := httpd.Listen(t.Context(), "unix:"+path, false); err == nil || !strings.Contains(err.Error(), "no socket is in the way") {
		t.Errorf("error %v, want one that says that a file is in the way", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "data" {
		t.Errorf("the file holds %q, error %v", got, err)
	}
}

func TestUnixSocketPathTooLong(t *testing.T) {
	path := filepath.Join(socketDir(t), strings.Repeat("x", 120))
	if _, err := httpd.Listen(t.Context(), "unix:"+path, false); err == nil || !strings.Contains(err.Error(), "at most about 100 bytes") {
		t.Errorf("error %v, want one that tells the limit", err)
	}
}
