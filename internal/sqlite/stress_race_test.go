//go:build race

package sqlite_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// stress builds testdata/stress.c and lets it run: one writer, readers that
// come and go, and a checkpointer, on one database.
func stress(t *testing.T, seconds string, env []string, flags ...string) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "stress")
	args := append(flags, "-g", "-w", "-std=gnu11", "-o", program, filepath.Join("testdata", "stress.c"), "-lpthread", "-lm")
	if out, err := exec.CommandContext(t.Context(), "cc", args...).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, filepath.Join(dir, "db.sqlite"), seconds)
	cmd.Env = append(cmd.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestStress runs with the race detector alone: what it proves is that the VFS
// has no data race and that no snapshot moves.
func TestStress(t *testing.T) {
	supp, err := filepath.Abs(filepath.Join("testdata", "tsan.supp"))
	if err != nil {
		t.Fatal(err)
	}
	stress(t, "10", []string{"TSAN_OPTIONS=halt_on_error=1 suppressions=" + supp}, "-O1", "-fsanitize=thread")
}
