package app

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dione-db/dione/internal/auth"
	"github.com/dione-db/dione/internal/durable"
)

// Names inside the data folder.
const (
	lockName          = "lock"
	keyName           = "node.key"
	localSocketName   = "dione.sock"
	bindingSocketName = "binding.sock"
	runningName       = "running.json"
)

// maxSocketPath is what fits into the address of a Unix socket on every system.
const maxSocketPath = 100

// InUseError says that another process has the data folder and does not
// answer, or answers nobody.
type InUseError struct {
	DataDir string
	PID     int    // 0 when it is not known
	Command string // what runs there, "" when it is not known
	// Serving says that the process answers at the sockets of the folder.
	Serving bool
}

// Error implements error.
func (e *InUseError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("the data folder %s is in use by another process; wait for it to end, or name another folder with --data", e.DataDir)
	}
	what := ""
	if e.Command != "" {
		what = " (" + e.Command + ")"
	}
	return fmt.Sprintf("the data folder %s is in use by process %d%s; wait for it to end, stop it with \"kill %d\", "+
		"or name another folder with --data", e.DataDir, e.PID, what, e.PID)
}

// lockFolder makes the data folder where it is missing and takes its lock. A
// folder in use is an [*InUseError].
func lockFolder(dir string) (*durable.LockFile, error) {
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made (name another one with --data): %w", err)
	}
	lock, err := durable.Lock(filepath.Join(dir, lockName))
	if err == nil {
		return lock, nil
	}
	if held, ok := errors.AsType[*durable.LockedError](err); ok {
		inUse := &InUseError{DataDir: dir, PID: held.PID}
		if r, ok := readRunning(dir); ok && r.PID == held.PID {
			inUse.Command, inUse.Serving = r.Command, true
		}
		return nil, inUse
	}
	return nil, fmt.Errorf("the data folder %s cannot be used (it must be one you may write to; name another one with --data): %w", dir, err)
}

// nodeKey reads the key of the node, or makes it. Only the holder of the lock
// may call it.
func nodeKey(dir string) ([]byte, error) {
	key, err := ReadKey(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, auth.KeySize)
	_, _ = rand.Read(key) // never fails: crypto/rand aborts the program instead
	if err := durable.WriteFile(filepath.Join(dir, keyName), key, 0o600); err != nil {
		return nil, fmt.Errorf("write the key of the node: %w", err)
	}
	return key, nil
}

// ReadKey reads the key of the node. Secrets of bindings and bookmarks depend
// on it, so one that is damaged is an error rather than made anew.
func ReadKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, keyName)
	key, err := os.ReadFile(path) //nolint:gosec // the folder is the one the user named
	if err != nil {
		return nil, fmt.Errorf("read the key of the node: %w", err)
	}
	if len(key) != auth.KeySize {
		return nil, fmt.Errorf("the key of the node, %s, has %d bytes instead of %d: put back the right file from a copy, "+
			"or delete it to start with a new key (then the headers of \"dione binding\" and old bookmarks are void)", path, len(key), auth.KeySize)
	}
	return key, nil
}

// Running is what the process that serves a data folder says about itself. It
// is believed only while that very process has the lock.
type Running struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
	// Desk is where the desk of bindings always answers, for processes that
	// share the folder.
	Desk string `json:"desk"`
	// Binding is the address of the desk of bindings that was asked for:
	// "host:port" or "unix:/path"; "" for none.
	Binding string `json:"binding,omitempty"`
}

// FindRunning gives what the process that serves the data folder says about
// itself; false when nobody serves it.
func FindRunning(dir string) (Running, bool) {
	if _, err := os.Stat(filepath.Join(dir, lockName)); err != nil {
		return Running{}, false
	}
	lock, err := durable.Lock(filepath.Join(dir, lockName))
	if err == nil {
		_ = lock.Release() // nobody has it
		return Running{}, false
	}
	held, ok := errors.AsType[*durable.LockedError](err)
	if !ok {
		return Running{}, false
	}
	r, ok := readRunning(dir)
	return r, ok && r.PID == held.PID
}

func readRunning(dir string) (Running, bool) {
	var r Running
	text, err := os.ReadFile(filepath.Join(dir, runningName)) //nolint:gosec // the folder is the one the user named
	if err != nil || json.Unmarshal(text, &r) != nil {
		return Running{}, false
	}
	return r, true
}

func writeRunning(dir string, r Running) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("note the running node: %w", err)
	}
	if err := durable.WriteFile(filepath.Join(dir, runningName), append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("note the running node: %w", err)
	}
	return nil
}
