package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dione-db/dione/internal/sqlite"
)

//go:embed data.sql
var baseSQL string

//go:embed small.sql
var smallSQL string

// The statements of the tests; plain/plain.c has the same.
const (
	pointSQL  = "SELECT id, name, email, age, score FROM users WHERE id = ?"
	rowsSQL   = "SELECT id, a, b, c, d, e, f, g FROM mixed"
	aggSQL    = "SELECT count(*) AS n, sum(o.amount) AS total, avg(o.qty) AS q, max(c.name) AS m FROM orders o JOIN customers c ON c.id = o.cust WHERE o.status < 4 AND c.region = 'north'"
	insertSQL = "INSERT INTO t(k, v, n) VALUES (?, ?, ?)"
	firstSQL  = "SELECT id, name FROM kv WHERE id = 3"
	tableSQL  = "CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, v TEXT, n REAL); CREATE INDEX t_k ON t(k)"
)

// random draws the numbers of the tests; plain/plain.c draws the same.
type random uint64

const seed random = 88172645463325252

func (r *random) next() uint64 {
	x := uint64(*r)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*r = random(x)
	return x
}

// makeDatabase writes a database with the tables of script, all of it in the file itself and none in its WAL.
func makeDatabase(path, script string) error {
	c, err := sqlite.Open(path, sqlite.Options{Trusted: true, Create: true})
	if err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	defer c.Close()
	if err := c.Exec("BEGIN;" + script + "COMMIT"); err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	if err := c.Checkpoint(true); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return c.Close()
}

func smallPath(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("%05d.sqlite", i)) }

// makeSmall writes n copies of the small database into a new folder.
func makeSmall(dir string, n int) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	first := smallPath(dir, 0)
	if err := makeDatabase(first, smallSQL); err != nil {
		return err
	}
	data, err := os.ReadFile(first)
	if err != nil {
		return fmt.Errorf("read database: %w", err)
	}
	if err := os.Remove(first + "-wal"); err != nil {
		return fmt.Errorf("remove wal: %w", err)
	}
	for i := range n {
		//nolint:forbidigo // scratch: nobody needs it after a crash
		if err := os.WriteFile(smallPath(dir, i), data, 0o600); err != nil {
			return fmt.Errorf("copy database: %w", err)
		}
	}
	return nil
}
