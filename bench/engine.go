package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Names of the engines, as in the tables.
const (
	enginePlain  = "C"
	engineOurVFS = "C on Dione's VFS"
	engineDione  = "Dione"
	engineBoth   = "Dione, writer and reader, idle"
	engineHouse  = "Dione's engine"
	engineMattn  = "mattn/go-sqlite3"
	engineModern = "modernc.org/sqlite"
)

// session is one open database of one engine, for one goroutine. The bytes of
// an answer are valid until the next call.
type session interface {
	// point answers pointSQL, rows any statement without parameters, as a JSON array of objects.
	point(id int64) ([]byte, error)
	rows(sql string) ([]byte, error)
	// insert makes one row durable.
	insert(k int64, v string, n float64) error
	close() error
}

// openSession opens the database at path, for writing only where write is set;
// with init its tables are made first.
func openSession(engine, path string, write bool, init string) (session, error) {
	switch engine {
	case engineDione:
		return openDione(path, write, init)
	case engineBoth:
		return openBoth(path)
	case engineHouse:
		return openTenant(filepath.Dir(path), write, init)
	case engineMattn:
		return openSQL("sqlite3", path, write, init)
	case engineModern:
		return openSQL("sqlite", path, write, init)
	}
	return nil, fmt.Errorf("no engine %q among those of Go", engine)
}

// statements splits the set-up scripts of the tests, which have no other semicolons.
func statements(script string) []string {
	var out []string
	for s := range strings.SplitSeq(script, ";") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
