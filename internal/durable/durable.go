// Package durable is the only room that creates, renames, and syncs files.
// It knows the order that survives a crash: write beside, sync the file, rename,
// sync the folder. What a function here has returned without an error is on the
// disk, names included. Readers see a file as it was or as it is, never a part.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile puts data at path, durably, in place of what was there. The folder
// must exist. When it fails, what was at path before is still there.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	f, err := NewFile(path, perm)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}

// MkdirAll makes the folder and those above it, and syncs the parent of every
// one it made, so that the path survives a crash. An existing folder is left as
// it is. Two callers may race.
func MkdirAll(path string, perm fs.FileMode) error {
	path = filepath.Clean(path)
	if fi, err := os.Stat(path); err == nil {
		if !fi.IsDir() {
			return fmt.Errorf("make folder %s: a file is in the way", path)
		}
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := MkdirAll(parent, perm); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, perm); err != nil {
		if fi, statErr := os.Stat(path); statErr == nil && fi.IsDir() {
			return nil
		}
		return fmt.Errorf("make folder: %w", err)
	}
	return SyncDir(parent)
}

// Rename moves a file or a folder within one file system and syncs the folders
// it left and entered. The contents must have been synced by whoever wrote them.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	src, dst := filepath.Dir(from), filepath.Dir(to)
	if err := SyncDir(dst); err != nil {
		return err
	}
	if src != dst {
		return SyncDir(src)
	}
	return nil
}

// RemoveAll deletes path and everything below it, and makes that durable. A path
// that is not there is no error, so a plan to delete can be carried out twice.
func RemoveAll(path string) error {
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	if err := SyncDir(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SyncDir makes the names in a folder durable.
func SyncDir(path string) error {
	d, err := os.Open(path) //nolint:gosec // the caller says which folder
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	err = d.Sync()
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

// TempDir makes a folder with a fresh name beside others in parent, to be filled
// and then moved into place with [Rename]. The pattern is that of [os.MkdirTemp].
func TempDir(parent, pattern string) (string, error) {
	dir, err := os.MkdirTemp(parent, pattern)
	if err != nil {
		return "", fmt.Errorf("make folder: %w", err)
	}
	return dir, nil
}
