package npm

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// HashError says that a packed file is not the pinned one. It was not used.
type HashError struct {
	// Got and Want are spelled like [Package.Integrity].
	Got, Want string
}

// Error implements error.
func (e *HashError) Error() string {
	return fmt.Sprintf("the file is not the one expected and was not used: its hash is %s, want %s", e.Got, e.Want)
}

// integrityPrefix names the only hash that is accepted.
const integrityPrefix = "sha512-"

// parseIntegrity reads the pinned hash.
func parseIntegrity(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, integrityPrefix))
	if err != nil || !strings.HasPrefix(s, integrityPrefix) || len(b) != sha512.Size {
		return nil, errors.New("integrity is not sha512- and 64 bytes in base64")
	}
	return b, nil
}

// checkHash compares a hash with the pinned one.
func checkHash(got, want []byte) error {
	if bytes.Equal(got, want) {
		return nil
	}
	enc := base64.StdEncoding.EncodeToString
	return &HashError{Got: integrityPrefix + enc(got), Want: integrityPrefix + enc(want)}
}

// checkFile compares the hash of a whole file with the pinned one.
func checkFile(path string, want []byte) error {
	f, err := os.Open(path) //nolint:gosec // a file of the cache
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	return checkHash(h.Sum(nil), want)
}
