package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dione-db/dione/internal/durable"
)

func TestScratchFoldersOfTheDeadAreRemoved(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "dev")
	dead := filepath.Join(parent, "run-dead")
	if err := os.MkdirAll(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lock", "secret"} {
		if err := os.WriteFile(filepath.Join(dead, name), []byte("1"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := durable.NewScratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	b, err := durable.NewScratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*durable.Scratch{a, b} {
		if info, err := os.Stat(s.Dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("the folder of a living process: %v, %v", info, err)
		}
	}
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("the folder of a dead process is still there: %v", err)
	}
	for _, s := range []*durable.Scratch{a, b} {
		if err := s.Remove(); err != nil {
			t.Error(err)
		}
	}
	left, err := os.ReadDir(parent)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestScratchSaysWhyItCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := durable.NewScratch(filepath.Join(file, "dev")); err == nil {
		t.Error("a folder below a file was made")
	}
}
