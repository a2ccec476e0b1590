// Package local carries a d1.Service over a Unix socket in the data folder, so
// that commands reach the databases while another process has the folder.
package local

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"github.com/dione-db/dione/d1"
)

// Listen opens the socket at path for [NewHandler]. Only the process that has
// the data folder may call it: a socket that is already there is taken for a dead one's.
func Listen(ctx context.Context, path string) (net.Listener, error) { panic("not yet") }

// NewHandler serves all of svc. Whoever reaches it may do everything.
func NewHandler(svc d1.Service, log *slog.Logger) http.Handler { panic("not yet") }

// Client is a d1.Service at the other end of a socket.
type Client struct{ d1.Service }

// Dial makes a client of the node that listens at path. It connects with the
// first call.
func Dial(path string) *Client { panic("not yet") }

// Close closes the connections that no call uses.
func (c *Client) Close() { panic("not yet") }
