// Package auth knows who is calling and what a caller may do: the
// [Authenticator] turns the secret of a binding into a [Caller] in the
// context, and the [Guard] refuses what that caller may not do.
package auth

import (
	"context"
	"net/http"

	"github.com/dione-db/dione/d1"
)

// Access says how much a caller may do; each level includes the ones before it.
type Access uint8

// The levels of access.
const (
	AccessNone  Access = iota
	AccessRead         // look at what there is, change nothing
	AccessWrite        // run any SQL; for a caller of the whole node, also manage its databases
)

// Caller is who asks, once known. A Caller in a context is shared by many
// requests and must not be changed.
type Caller struct {
	// Name is for the audit: a word such as "binding" or "cli", no secret.
	Name string
	// Database is the one database this caller may use; empty means none, unless Node is set.
	Database d1.DatabaseID
	// Node gives the whole node: every database, and the list of them.
	Node bool
	// Access holds for all that Database and Node name.
	Access Access
}

// LocalCaller is whoever reached the node through the data folder itself: the
// file system has already decided, so everything is allowed.
func LocalCaller(name string) *Caller {
	return &Caller{Name: name, Node: true, Access: AccessWrite}
}

// callerKey is the key of the caller in a context.
type callerKey struct{}

// WithCaller puts c into the context, in place of any caller before it.
func WithCaller(ctx context.Context, c *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerOf gives the caller of a request, nil where nobody has said who it is.
func CallerOf(ctx context.Context) *Caller {
	c, _ := ctx.Value(callerKey{}).(*Caller)
	return c
}

// Trusted makes every request to next one of c. It is for handlers that only
// the owner of the data folder can reach.
func Trusted(next http.Handler, c *Caller) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(WithCaller(r.Context(), c)))
	})
}
