package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// scratchLock is the file that says, by the lock on it, that the process a scratch folder belongs to lives.
const scratchLock = "lock"

// Scratch is a folder for files that nobody needs once this process has ended.
type Scratch struct {
	Dir  string
	lock *LockFile
}

// NewScratch makes a folder inside parent, which it makes where it is missing,
// for the owner alone, and removes those that processes left there when they were killed.
func NewScratch(parent string) (*Scratch, error) {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	if err := removeAbandoned(parent); err != nil {
		return nil, fmt.Errorf("remove what a killed process left: %w", err)
	}
	for {
		dir, err := os.MkdirTemp(parent, "run-*")
		if err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
		lock, err := Lock(filepath.Join(dir, scratchLock))
		if err == nil {
			return &Scratch{Dir: dir, lock: lock}, nil
		}
		if _, held := errors.AsType[*LockedError](err); !held {
			return nil, errors.Join(err, RemoveAll(dir))
		}
		// Another process took the folder for abandoned before its lock was held, and removes it.
	}
}

// removeAbandoned removes the scratch folders in parent that no process holds.
// One whose lock file is not there yet is just being made, or empty: it is left for another time.
func removeAbandoned(parent string) error {
	folders, err := filepath.Glob(filepath.Join(parent, "run-*", scratchLock))
	if err != nil {
		return fmt.Errorf("look for folders: %w", err)
	}
	for _, name := range folders {
		lock, err := Lock(name)
		if _, held := errors.AsType[*LockedError](err); held || errors.Is(err, os.ErrNotExist) {
			continue // alive, or just gone
		}
		if err != nil {
			return err
		}
		if err := errors.Join(RemoveAll(filepath.Dir(name)), lock.Release()); err != nil {
			return err
		}
	}
	return nil
}

// Remove removes the folder and all in it.
func (s *Scratch) Remove() error {
	return errors.Join(RemoveAll(s.Dir), s.lock.Release())
}
