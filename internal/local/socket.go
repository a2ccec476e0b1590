// Package local carries a [d1.Service] over a Unix socket in the data folder, so
// that commands reach the databases while another process has the folder.
// Whoever can open the socket owns the data, so there are no tokens here, and
// errors travel whole, with their cause.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// maxSocketPath is the longest path of a socket that every platform takes.
const maxSocketPath = 100

// Listen opens the socket at path for [NewHandler], with mode 0600 from the
// start. Only the process that has the data folder may call it: a socket that
// is already there is taken for the one of a dead process and replaced. Closing the listener removes the socket.
func Listen(ctx context.Context, path string) (net.Listener, error) {
	if err := removeSocket(path); err != nil {
		return nil, fmt.Errorf("listen on local socket: %w", err)
	}
	var l net.Listener
	err := atShortPath(path, func(short string) error {
		var err error
		l, err = (&net.ListenConfig{Control: ownerOnly}).Listen(ctx, "unix", short)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listen on local socket: %w", err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // it knows the short path alone
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("listen on local socket: %w", err), l.Close())
	}
	return &listener{Listener: l, path: path}, nil
}

// listener removes its socket when it is closed.
type listener struct {
	net.Listener

	path string
}

// Close implements net.Listener.
func (l *listener) Close() error {
	err := l.Listener.Close()
	if removed := removeSocket(l.path); err == nil {
		err = removed
	}
	return err
}

// ownerOnly makes Linux create the socket with mode 0600, so that nobody slips
// in before its mode is set. Elsewhere it has no effect, and the folder's own mode must do.
func ownerOnly(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = syscall.Fchmod(int(fd), 0o600)
	})
}

// removeSocket removes the socket at path; it is no error when there is none, and one when something
// else is there.
func removeSocket(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for an old socket: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s is no socket; move it away", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove old socket: %w", err)
	}
	return nil
}

// atShortPath calls do with a path to the same place that is short enough for a
// socket, valid while do runs. Data folders may be anywhere, but the kernel
// takes about a hundred bytes (see unix(7)); on Linux a descriptor of the folder is a way around.
func atShortPath(path string, do func(short string) error) error {
	if len(path) <= maxSocketPath {
		return do(path)
	}
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the path of a socket has at most %d bytes, %s has %d; choose a data folder with a shorter one",
			maxSocketPath, path, len(path))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("open folder of socket: %w", err)
	}
	defer dir.Close() //nolint:errcheck // nothing was written
	return do(fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)))
}
