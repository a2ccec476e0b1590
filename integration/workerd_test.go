package integration_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dione-db/dione/internal/worker/toolchain"
)

// startupTime bounds how long a process may take until it listens.
const startupTime = 60 * time.Second

// output keeps the last part of what a process printed, for the report of a failure.
type output struct {
	mu   sync.Mutex
	data []byte
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.data = append(o.data, p...)
	if extra := len(o.data) - 64<<10; extra > 0 {
		o.data = o.data[extra:]
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.data)
}

// startWorkerd runs config.capnp of dir and gives the address of its socket
// "http". The process ends with the test; what it printed is logged when the test failed.
func startWorkerd(t *testing.T, dir string, args ...string) string {
	t.Helper()
	control, child, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var printed output
	args = append([]string{"serve", "config.capnp", "--experimental", "--control-fd=3"}, args...)
	cmd := exec.Command(workerdPath(t), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &printed, &printed
	cmd.ExtraFiles = []*os.File{child}
	cmd.Env = append(os.Environ(), "TZ=UTC")
	if err := cmd.Start(); err != nil {
		t.Fatalf("start workerd: %v", err)
	}
	child.Close()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		control.Close()
		if t.Failed() {
			t.Logf("workerd said:\n%s", printed.String())
		}
	})
	control.SetReadDeadline(time.Now().Add(startupTime))
	lines := bufio.NewScanner(control)
	for lines.Scan() {
		var event struct {
			Event  string `json:"event"`
			Socket string `json:"socket"`
			Port   int    `json:"port"`
		}
		if json.Unmarshal(lines.Bytes(), &event) == nil && event.Event == "listen" && event.Socket == "http" {
			go io.Copy(io.Discard, control) // ends with the process
			return fmt.Sprintf("127.0.0.1:%d", event.Port)
		}
	}
	t.Fatalf("workerd did not listen:\n%s", printed.String())
	return ""
}

// copyFiles copies the files of a folder below testdata into dir.
func copyFiles(t *testing.T, dir, from string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", from))); err != nil {
		t.Fatal(err)
	}
}

// workerdPath finds the pinned workerd, which is fetched once into the user's cache.
func workerdPath(t *testing.T) string {
	t.Helper()
	path, err := toolchain.Workerd(t.Context(), toolchain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return path
}
