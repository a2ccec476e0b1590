package d1

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"
)

// DatabaseID names one database for ever: a lower-case UUID. The zero value
// names none.
type DatabaseID string

// NewDatabaseID makes a random (version 4) id.
func NewDatabaseID() DatabaseID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return DatabaseID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}

// ParseDatabaseID reads a UUID in its usual spelling, upper case allowed. It
// reports false for anything else; a DatabaseID that came from here is safe as
// a file name.
func ParseDatabaseID(s string) (DatabaseID, bool) {
	if len(s) != 36 {
		return "", false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return "", false
			}
			continue
		}
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return "", false
		}
	}
	return DatabaseID(strings.ToLower(s)), true
}

// Database is what is known of a database without asking it a question.
type Database struct {
	ID        DatabaseID
	Name      string
	CreatedAt time.Time // UTC, whole milliseconds
	// FileSize is the size in bytes of its pages in use; 0 where it was not asked for.
	FileSize int64
	// NumTables counts its tables, those of SQLite and of the server aside; 0 where it was not asked for.
	NumTables int
}

// MaxNameLength is the longest name of a database, in characters.
const MaxNameLength = 64

// CheckName returns nil where name can name a database: 1 to
// [MaxNameLength] characters out of letters, digits, "-" and "_", not the
// shape of an id. Otherwise the error says what to change.
func CheckName(name string) error {
	if name == "" {
		return Errorf(KindInvalid, CodeInvalidName, "a database needs a name")
	}
	if len(name) > MaxNameLength {
		return Errorf(KindInvalid, CodeInvalidName, "the name of a database has at most %d characters, this one has %d",
			MaxNameLength, len(name))
	}
	for _, r := range name {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' {
			return Errorf(KindInvalid, CodeInvalidName,
				"the name %q has the character %q; use letters, digits, \"-\" and \"_\"", name, r)
		}
	}
	if _, ok := ParseDatabaseID(name); ok {
		return Errorf(KindInvalid, CodeInvalidName, "the name %q looks like the id of a database; choose another", name)
	}
	return nil
}
