package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"slices"
	"sync"

	"github.com/dione-db/dione/d1"
)

// KeySize is the length of a node's key in bytes.
const KeySize = 32

// secretLength is the length of a binding's secret in characters.
const secretLength = 2 * sha256.Size

// verifiedMax bounds the callers an Authenticator remembers. A node that serves
// more databases at a time computes a secret now and then; one is about a
// microsecond.
const verifiedMax = 4096

// BindingSecret is what a Worker's binding must present to use the database
// id: lower-case hex of HMAC-SHA256(key, "binding" NUL id). It needs no storage, and
// it opens this one database only.
func BindingSecret(key []byte, id d1.DatabaseID) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("binding\x00"))
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))
}

// Authenticator recognises bindings by their secret. Any number of goroutines
// may use it.
type Authenticator struct {
	key []byte
	log *slog.Logger

	mu       sync.RWMutex
	verified map[d1.DatabaseID]*binding // only of bindings that presented the right secret
}

// binding is a caller that has proven itself, and its secret.
type binding struct {
	secret [secretLength]byte
	caller Caller
}

// NewAuthenticator makes an Authenticator for the node with this key, which has [KeySize]
// bytes. Refusals are written to log.
func NewAuthenticator(key []byte, log *slog.Logger) *Authenticator {
	return &Authenticator{key: slices.Clone(key), log: log, verified: map[d1.DatabaseID]*binding{}}
}

// Binding checks the secret presented for the database id and gives the context
// with the binding as its caller. It fails with KindUnauthorized. It does not know which databases
// exist, so a right secret may name one that is gone.
func (a *Authenticator) Binding(ctx context.Context, id d1.DatabaseID, secret string) (context.Context, error) {
	a.mu.RLock()
	b := a.verified[id]
	a.mu.RUnlock()
	known := b != nil
	if !known {
		b = &binding{caller: Caller{Name: "binding", Database: id, Access: AccessWrite}}
		copy(b.secret[:], BindingSecret(a.key, id))
	}
	if !b.matches(secret) {
		message := "the secret of this binding is not the one of database %s; " +
			"take its headers anew from the command \"dione binding\""
		if secret == "" {
			message = "the request names database %s but brings no secret; send the header " +
				"\"authorization: Bearer <secret>\" that the command \"dione binding\" prints"
		}
		a.log.LogAttrs(ctx, slog.LevelWarn, "binding refused",
			slog.String("database", string(id)), slog.Bool("secret_given", secret != ""))
		return nil, d1.Errorf(d1.KindUnauthorized, d1.CodeUnauthenticated, message, id)
	}
	if !known {
		a.remember(id, b)
	}
	return WithCaller(ctx, &b.caller), nil
}

// remember keeps b for the next request. When there is no room it forgets all:
// simpler than an order of use, and what is forgotten costs one computation.
func (a *Authenticator) remember(id d1.DatabaseID, b *binding) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.verified) >= verifiedMax {
		clear(a.verified)
	}
	a.verified[id] = b
}

// matches compares in a time that depends on the length of secret alone.
func (b *binding) matches(secret string) bool {
	var given [secretLength]byte
	copy(given[:], secret)
	same := subtle.ConstantTimeCompare(given[:], b.secret[:]) == 1
	return same && len(secret) == secretLength
}
