package durable_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/durable"
)

func TestWriteFilePutsDataAndPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, c := range []struct {
		name string
		data string
		perm fs.FileMode
	}{
		{"new", "one", 0o600},
		{"replaced, shorter, other permissions", "2", 0o755},
		{"emptied", "", 0o644},
	} {
		if err := durable.WriteFile(path, []byte(c.data), c.perm); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := read(t, path); got != c.data {
			t.Errorf("%s: content %q, want %q", c.name, got, c.data)
		}
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if fi.Mode().Perm() != c.perm {
			t.Errorf("%s: mode %v, want %v", c.name, fi.Mode().Perm(), c.perm)
		}
	}
	if got := names(t, filepath.Dir(path)); got != "f" {
		t.Errorf("folder holds %q, want the file alone", got)
	}
}

func TestWriteFileWithoutFolder(t *testing.T) {
	err := durable.WriteFile(filepath.Join(t.TempDir(), "none", "f"), nil, 0o600)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want not exist", err)
	}
}

func TestFailedCommitLeavesOldThings(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteFile(path, []byte("x"), 0o600); err == nil {
		t.Fatal("a folder was replaced by a file")
	}
	if got := names(t, dir); got != "f" {
		t.Errorf("folder holds %q, want no temporary file", got)
	}
}

func TestFileAppearsOnlyWhenCommitted(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	w, err := durable.NewFile(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, s := range []string{"a", "b"} {
		if _, err := w.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before commit: %v, want not exist", err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "ab" {
		t.Errorf("content %q, want ab", got)
	}
	w.Abort()
	if got := read(t, path); got != "ab" {
		t.Errorf("content after a late abort %q, want ab", got)
	}
	if err := w.Commit(); err == nil {
		t.Error("second commit worked")
	}
	if _, err := w.Write([]byte("c")); err == nil {
		t.Error("write after commit worked")
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	w, err := durable.NewFile(filepath.Join(dir, "f"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	w.Abort()
	w.Abort()
	if err := w.Commit(); err == nil {
		t.Error("commit after abort worked")
	}
	if got := names(t, dir); got != "" {
		t.Errorf("folder holds %q, want nothing", got)
	}
}

func TestWriteScratch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, want := range []string{"longer", "one"} {
		if err := durable.WriteScratch(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != want {
			t.Errorf("content %q, want %q", got, want)
		}
	}
	if err := durable.WriteScratch(filepath.Dir(path), nil, 0o600); err == nil {
		t.Error("a folder was written")
	}
}

func TestMkdirAll(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b", "c")
	for range 2 {
		if err := durable.MkdirAll(deep, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	fi, err := os.Stat(deep)
	if err != nil || !fi.IsDir() || fi.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v; want a folder of mode 0700", fi, err)
	}
	file := filepath.Join(dir, "file")
	if err := durable.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{file, filepath.Join(file, "below")} {
		if err := durable.MkdirAll(p, 0o700); err == nil {
			t.Errorf("MkdirAll(%s) worked, though a file is there", p)
		}
	}
}

func TestRenameMovesFolders(t *testing.T) {
	dir := t.TempDir()
	tmp, err := durable.TempDir(dir, ".tmp-*")
	if err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteFile(filepath.Join(tmp, "f"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := durable.MkdirAll(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "sub", "final")
	if err := durable.Rename(tmp, to); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(to, "f")); got != "x" {
		t.Errorf("content %q, want x", got)
	}
	if err := durable.Rename(tmp, to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("second rename: %v, want not exist", err)
	}
}

func TestRemoveAllTwice(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := durable.MkdirAll(filepath.Join(path, "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := durable.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, dir); got != "" {
		t.Errorf("folder holds %q, want nothing", got)
	}
	if err := durable.RemoveAll(filepath.Join(path, "below", "nothing")); err != nil {
		t.Errorf("below a missing folder: %v", err)
	}
}

func TestLockKeepsOthersOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	l, err := durable.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = durable.Lock(path)
	locked, ok := errors.AsType[*durable.LockedError](err)
	if !ok || locked.PID != os.Getpid() || locked.Path != path {
		t.Errorf("error %#v, want LockedError with this process", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := durable.Lock(path)
	if err != nil {
		t.Fatalf("after release: %v", err)
	}
	defer again.Release()
	if err := os.WriteFile(path, []byte("no number"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = durable.Lock(path)
	if locked, ok := errors.AsType[*durable.LockedError](err); !ok || locked.PID != 0 {
		t.Errorf("error %#v, want LockedError with no process", err)
	}
}

// TestLockEndsWithTheProcess holds the lock in a child and kills it.
func TestLockEndsWithTheProcess(t *testing.T) {
	if path := os.Getenv("DURABLE_TEST_LOCK"); path != "" {
		if _, err := durable.Lock(path); err != nil {
			os.Exit(3)
		}
		os.Stdout.WriteString("locked\n")
		select {}
	}
	path := filepath.Join(t.TempDir(), "lock")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLockEndsWithTheProcess$")
	cmd.Env = append(os.Environ(), "DURABLE_TEST_LOCK="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatalf("child said nothing: %v", err)
	}
	_, err = durable.Lock(path)
	if locked, ok := errors.AsType[*durable.LockedError](err); !ok || locked.PID != cmd.Process.Pid {
		t.Errorf("error %v, want LockedError with process %d", err, cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	l, err := durable.Lock(path)
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	defer l.Release()
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(t testing.TB, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, e := range list {
		s = append(s, e.Name())
	}
	return strings.Join(s, " ")
}
