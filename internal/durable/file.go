package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// errFinished is what writing to or committing a [File] says after its end.
var errFinished = errors.New("file is already committed or aborted")

// File is a file that is not yet at its place. What is written goes to a
// temporary file beside it; [File.Commit] makes it appear at once, whole and
// durable, and [File.Abort] makes it as if it never was. One of the two must be
// called. One goroutine at a time.
type File struct {
	path string
	f    *os.File
	// err is the first failure: after it the file is never put into place.
	err  error
	done bool
}

// NewFile starts a file that will be at path, with these permissions exactly
// (the umask does not apply). The folder must exist.
func NewFile(path string, perm fs.FileMode) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return nil, fmt.Errorf("create file: %w", err)
	}
	w := &File{path: path, f: f}
	if err := f.Chmod(perm.Perm()); err != nil {
		w.Abort()
		return nil, fmt.Errorf("create file: %w", err)
	}
	return w, nil
}

// Write implements [io.Writer]. After a failure the file cannot be committed.
func (w *File) Write(p []byte) (int, error) {
	if w.done {
		return 0, errFinished
	}
	n, err := w.f.Write(p)
	if err != nil {
		w.err = fmt.Errorf("write file: %w", err)
		return n, w.err
	}
	return n, nil
}

// Commit puts the file at its place, durably, in place of what was there. When
// it fails the file is aborted; only if the very last step failed, the sync of
// the folder, is the new file already visible.
func (w *File) Commit() error {
	if w.done {
		return errFinished
	}
	if w.err != nil {
		w.Abort()
		return w.err
	}
	if err := w.f.Sync(); err != nil {
		w.Abort()
		return fmt.Errorf("sync file: %w", err)
	}
	w.done = true
	if err := w.f.Close(); err != nil {
		_ = os.Remove(w.f.Name())
		return fmt.Errorf("close file: %w", err)
	}
	if err := os.Rename(w.f.Name(), w.path); err != nil {
		_ = os.Remove(w.f.Name())
		return fmt.Errorf("rename: %w", err)
	}
	return SyncDir(filepath.Dir(w.path))
}

// Abort throws away what was written. After Commit it does nothing, so it can be
// deferred.
func (w *File) Abort() {
	if w.done {
		return
	}
	w.done = true
	_ = w.f.Close()
	_ = os.Remove(w.f.Name())
}

// WriteScratch puts data at path and syncs nothing: for files that the next start
// of the program makes anew.
func WriteScratch(path string, data []byte, perm fs.FileMode) error {
	if err := os.WriteFile(path, data, perm); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}
