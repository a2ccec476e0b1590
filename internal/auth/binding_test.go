package auth_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/auth"
)

// testKey is the key of a node: the bytes 0 to 31.
func testKey() []byte {
	key := make([]byte, auth.KeySize)
	for i := range key {
		key[i] = byte(i)
	}
	return key
}

// The secret, computed by another program, is part of projects' configurations: it must not change between releases.
func TestBindingSecretIsStable(t *testing.T) {
	const want = "3781fe285a7e1f457cacc67390156dce7bd5a1cc3bfef0072fb83b94f0959d4c"
	if got := auth.BindingSecret(testKey(), own); got != want {
		t.Errorf("secret %s, want %s", got, want)
	}
}

func TestAuthenticatorKnowsABindingByItsSecret(t *testing.T) {
	a := auth.NewAuthenticator(testKey(), slog.New(slog.DiscardHandler))
	for range 3 { // the first time computed, then remembered
		ctx, err := a.Binding(t.Context(), own, auth.BindingSecret(testKey(), own))
		if err != nil {
			t.Fatal(err)
		}
		c := auth.CallerOf(ctx)
		if c == nil || c.Database != own || c.Node || c.Access != auth.AccessWrite {
			t.Fatalf("caller %+v, want one that may write to %s alone", c, own)
		}
	}
}

func TestAuthenticatorRefusesWrongSecrets(t *testing.T) {
	right := auth.BindingSecret(testKey(), own)
	otherKey := testKey()
	otherKey[0]++
	tests := []struct{ name, secret, text string }{
		{"none", "", "brings no secret"},
		{"of another database", auth.BindingSecret(testKey(), other), "not the one of database " + string(own)},
		{"of another node", auth.BindingSecret(otherKey, own), "not the one"},
		{"cut off", right[:63], "not the one"},
		{"with a tail", right + "0", "not the one"},
		{"with a NUL in the place of the end", right[:63] + "\x00", "not the one"},
		{"in upper case", strings.ToUpper(right), "not the one"},
	}
	for _, tt := range tests {
		for _, remembered := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/remembered=%v", tt.name, remembered), func(t *testing.T) {
				var out bytes.Buffer
				a := auth.NewAuthenticator(testKey(), slog.New(slog.NewTextHandler(&out, nil)))
				if remembered {
					if _, err := a.Binding(t.Context(), own, right); err != nil {
						t.Fatal(err)
					}
				}
				_, err := a.Binding(t.Context(), own, tt.secret)
				if d1.KindOf(err) != d1.KindUnauthorized || err == nil || !strings.Contains(err.Error(), tt.text) {
					t.Fatalf("error %v, want KindUnauthorized with %q", err, tt.text)
				}
				if line := out.String(); !strings.Contains(line, "binding refused") || (tt.secret != "" && strings.Contains(line, tt.secret)) {
					t.Errorf("log %q, want the refusal without the secret", line)
				}
				if _, err := a.Binding(t.Context(), own, right); err != nil {
					t.Errorf("after a refusal the right secret gives %v", err)
				}
			})
		}
	}
}

func TestAuthenticatorStaysRightWhenItForgets(t *testing.T) {
	a := auth.NewAuthenticator(testKey(), slog.New(slog.DiscardHandler))
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 5000 { // more than it remembers
				id := d1.NewDatabaseID()
				if _, err := a.Binding(t.Context(), id, auth.BindingSecret(testKey(), id)); err != nil {
					t.Errorf("right secret of %s: %v", id, err)
				}
				if _, err := a.Binding(t.Context(), id, auth.BindingSecret(testKey(), own)); err == nil {
					t.Errorf("secret of another database opens %s", id)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkAuthenticator(b *testing.B) {
	a := auth.NewAuthenticator(testKey(), slog.New(slog.DiscardHandler))
	secret := auth.BindingSecret(testKey(), own)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Binding(b.Context(), own, secret); err != nil {
			b.Fatal(err)
		}
	}
}
