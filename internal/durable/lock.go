package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// LockedError says that another process, or another part of this one, holds the
// lock.
type LockedError struct {
	// Path is the lock file.
	Path string
	// PID is the holder's process id as it wrote it down, 0 when it is not known.
	PID int
}

// Error implements error.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return "another process holds " + e.Path
	}
	return fmt.Sprintf("process %d holds %s", e.PID, e.Path)
}

// LockFile is a lock that is held until it is released or the process ends, by
// whatever end: the kernel gives it back, so no stale lock can be left.
type LockFile struct {
	f *os.File
}

// Lock takes the exclusive lock of the file at path, which it creates when
// missing, and does not wait: a lock that is held is a [*LockedError]. The file
// holds the process id of the last holder and stays behind, for removing it
// would let two processes lock two files of one name. The lock is not inherited
// by processes that this one starts.
func Lock(path string) (*LockFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the caller says which file is the lock
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := flock(f); err != nil {
		defer f.Close() //nolint:errcheck // nothing was written
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, &LockedError{Path: path, PID: readPID(f)}
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// The id is for people and messages; the lock does not depend on it, so a
	// full disk must not keep anybody out.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return &LockFile{f: f}, nil
}

// Release gives the lock back. The file stays.
func (l *LockFile) Release() error {
	_ = l.f.Truncate(0)
	if err := l.f.Close(); err != nil {
		return fmt.Errorf("release lock: %w", err)
	}
	return nil
}

// flock takes the lock without waiting, whatever signals arrive meanwhile.
func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// readPID reads what the holder wrote down, 0 when that is no process id.
func readPID(f *os.File) int {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || pid < 1 {
		return 0
	}
	return pid
}
