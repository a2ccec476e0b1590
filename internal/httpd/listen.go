package httpd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
)

// unixPrefix marks an address as the path of a Unix socket.
const unixPrefix = "unix:"

// Listen opens the listener that address names: "host:port", where port 0
// takes any free one, or "unix:/path/of/a/socket". Anything but loopback is
// refused unless public is set, because nothing should become reachable from outside by
// mistake. A Unix socket is for its owner alone (mode 0600); one that a dead
// process left behind is replaced, one that is answered is not.
func Listen(ctx context.Context, address string, public bool) (net.Listener, error) {
	if path, ok := strings.CutPrefix(address, unixPrefix); ok {
		return listenUnix(ctx, path)
	}
	if err := checkAddress(ctx, address, public); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen on %s: another program has this port; choose another, or port 0 for any free one: %w", address, err)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("listen on %s: this port needs more rights; choose one above 1023: %w", address, err)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// checkAddress returns nil for "host:port" where the host is on loopback or
// public allows any. A name is loopback only if all its addresses are.
func checkAddress(ctx context.Context, address string, public bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen on %q: want host:port or %s/path: %w", address, unixPrefix, err)
	}
	if public {
		return nil
	}
	loopback := host == "localhost"
	if addr, err := netip.ParseAddr(host); err == nil {
		loopback = addr.Unmap().IsLoopback()
	} else if !loopback && host != "" {
		loopback = resolvesToLoopback(ctx, host)
	}
	if !loopback {
		return fmt.Errorf("listen on %s: others could reach this address; use 127.0.0.1, or ask for a public address explicitly", address)
	}
	return nil
}

// resolvesToLoopback reports whether host has addresses and all are loopback.
func resolvesToLoopback(ctx context.Context, host string) bool {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(addrs) == 0 {
		return false
	}
	for _, a := range addrs {
		if !a.Unmap().IsLoopback() {
			return false
		}
	}
	return true
}

// listenUnix opens the socket at path, in place of a dead one.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	if err := removeDeadSocket(ctx, path); err != nil {
		return nil, fmt.Errorf("listen on %s%s: %w", unixPrefix, path, err)
	}
	l, err := (&net.ListenConfig{Control: ownerOnly}).Listen(ctx, "unix", path)
	if u, ok := l.(*net.UnixListener); ok {
		// Clients of a socket that is there and answers nobody know that they may try
		// again; workerd takes a missing one for an error of its own.
		u.SetUnlinkOnClose(false)
	}
	if errors.Is(err, syscall.EINVAL) {
		return nil, fmt.Errorf("listen on %s%s: the path of a socket has at most about 100 bytes, this one has %d: %w", unixPrefix, path, len(path), err)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s%s: %w", unixPrefix, path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("listen on %s%s: %w", unixPrefix, path, err), l.Close())
	}
	return l, nil
}

// ownerOnly makes Linux create the socket with mode 0600, so that nobody slips
// in before its mode is set. Elsewhere it has no effect.
func ownerOnly(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = syscall.Fchmod(int(fd), 0o600)
	})
}

// removeDeadSocket makes room at path where a socket nobody answers is in the
// way. Anything else there is left alone, and an error.
func removeDeadSocket(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for an old socket: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return errors.New("a file that is no socket is in the way; choose another path")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err == nil {
		return errors.Join(errors.New("another program answers at this socket"), conn.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("try the old socket: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the old socket: %w", err)
	}
	return nil
}
