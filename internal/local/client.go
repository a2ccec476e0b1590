package local

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/dione-db/dione/d1"
)

// Client is the [d1.Service] of the process at the other end of a socket. Any number of goroutines
// may use it.
type Client struct{ http *http.Client }

// Dial makes a client of the process that listens at path. It connects with the
// first call; where nobody listens, calls fail with KindUnavailable.
func Dial(path string) *Client {
	return &Client{http: &http.Client{Transport: &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var conn net.Conn
			err := atShortPath(path, func(short string) error {
				var err error
				conn, err = (&net.Dialer{}).DialContext(ctx, "unix", short)
				return err
			})
			if err != nil {
				return nil, &dialError{err}
			}
			return conn, nil
		},
	}}}
}

// dialError says that no call was made at all.
type dialError struct{ cause error }

// Error implements error.
func (e *dialError) Error() string { return "connect to the local socket: " + e.cause.Error() }

// Unwrap gives the cause.
func (e *dialError) Unwrap() error { return e.cause }

// Close closes the connections that no call uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Query implements [d1.Querier].
func (c *Client) Query(ctx context.Context, req d1.QueryRequest) (d1.QueryResponse, error) {
	return call[query, d1.QueryResponse](ctx, c, pathQuery, queryOf(req))
}

// Import implements [d1.Querier].
func (c *Client) Import(ctx context.Context, req d1.ImportRequest) (d1.ImportResponse, error) {
	target := pathImport + "?" + url.Values{paramDatabase: {string(req.Database)}}.Encode()
	return send[d1.ImportResponse](ctx, c, target, req.SQL)
}

// Export implements [d1.Querier].
func (c *Client) Export(ctx context.Context, req d1.ExportRequest) (d1.ExportResponse, error) {
	return call[d1.ExportRequest, d1.ExportResponse](ctx, c, pathExport, req)
}

// CreateDatabase implements [d1.Catalog].
func (c *Client) CreateDatabase(ctx context.Context, req d1.CreateDatabaseRequest) (d1.Database, error) {
	return call[d1.CreateDatabaseRequest, d1.Database](ctx, c, pathCreate, req)
}

// Database implements [d1.Catalog].
func (c *Client) Database(ctx context.Context, idOrName string) (d1.Database, error) {
	return call[string, d1.Database](ctx, c, pathDatabase, idOrName)
}

// Databases implements [d1.Catalog].
func (c *Client) Databases(ctx context.Context, req d1.ListRequest) (d1.ListResponse, error) {
	return call[d1.ListRequest, d1.ListResponse](ctx, c, pathDatabases, req)
}

// DeleteDatabase implements [d1.Catalog].
func (c *Client) DeleteDatabase(ctx context.Context, id d1.DatabaseID) error {
	_, err := call[d1.DatabaseID, none](ctx, c, pathDelete, id)
	return err
}

// call sends the arguments of a method and waits for its reply.
func call[In, Out any](ctx context.Context, c *Client, target string, in In) (Out, error) {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(&in); err != nil {
		var zero Out
		return zero, fmt.Errorf("encode call: %w", err)
	}
	return send[Out](ctx, c, target, body.Bytes())
}

// send posts a body and waits for the reply.
func send[Out any](ctx context.Context, c *Client, target string, body []byte) (Out, error) {
	var out reply[Out]
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://local"+target, bytes.NewReader(body))
	if err != nil {
		return out.Value, fmt.Errorf("make call: %w", err)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return out.Value, lost(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing was written
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return out.Value, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest,
			"the process that has the data folder is another version of dione; stop it, or use its version")
	default:
		return out.Value, fmt.Errorf("local call: status %d", resp.StatusCode)
	}
	if err := gob.NewDecoder(resp.Body).Decode(&out); err != nil {
		return out.Value, lost(ctx, err)
	}
	_, _ = io.Copy(io.Discard, resp.Body) // to the end, so that the connection can be used again
	return out.Value, out.Failure.err()
}

// lost makes the error for a call without a reply.
func lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return d1.Errorf(d1.KindUnavailable, d1.CodeCanceled, "the call was given up before its answer").Because(ctx.Err())
	}
	if _, ok := errors.AsType[*dialError](err); ok {
		return d1.Errorf(d1.KindUnavailable, d1.CodeShuttingDown,
			"no process answers at the socket of the data folder; it may be starting or ending, so try again").Because(err)
	}
	return d1.Errorf(d1.KindUnavailable, d1.CodeShuttingDown,
		"the process that has the data folder went away before it answered; what was asked may have been done").Because(err)
}
