package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// usersRows is how many rows the table of the benchmarks has.
const usersRows = 10_000

const (
	pointSQL  = "SELECT id, name, email, age, score FROM users WHERE id = ?"
	insertSQL = "INSERT INTO users(name, email, age, score) VALUES (?, ?, ?, ?)"
)

// users opens a database with a table of people, and a reader beside it.
func users(t testing.TB) (writer, reader *sqlite.Conn) {
	t.Helper()
	writer, open := open(t)
	one(t, writer, "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, email TEXT, age INTEGER, score REAL)")
	one(t, writer, fmt.Sprintf("WITH RECURSIVE i(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM i LIMIT %d) INSERT INTO users "+
		"SELECT id, 'User Name ' || id, 'user' || id || '@example.com', id %% 90, id %% 10000 / 100.0 FROM i", usersRows))
	return writer, open()
}

// cancelable is a context that may end, as that of every request.
func cancelable(t testing.TB) context.Context {
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return ctx
}

// asking gives a function that asks for one row, as a request does that is decoded already.
func asking(t testing.TB, c *sqlite.Conn, recycle bool) func(id int) {
	ctx, stmts := cancelable(t), []d1.Statement{{SQL: pointSQL}}
	return func(id int) {
		p := &stmts[0].Params
		p.Reset()
		p.AppendReal(float64(id%usersRows + 1))
		res, err := c.Query(ctx, stmts, d1.FormatArrays)
		if err != nil {
			t.Fatal(err)
		}
		if res[0].Rows.Count != 1 {
			t.Fatalf("%d rows, want 1", res[0].Rows.Count)
		}
		if recycle {
			(&d1.QueryResponse{Results: res}).Recycle()
		}
	}
}

// A point query allocates its result, and not even that when the last one was given back.
func TestAllocationsOfAPointQuery(t *testing.T) {
	writer, reader := users(t)
	for _, tc := range []struct {
		name    string
		conn    *sqlite.Conn
		recycle bool
		most    float64
	}{
		{"reader, recycled", reader, true, 0},
		{"reader, kept", reader, false, 1},
		{"writer, recycled", writer, true, 0},
		{"writer, kept", writer, false, 1},
	} {
		ask, id := asking(t, tc.conn, tc.recycle), 0
		ask(id) // prepares the statement and starts the timer of the watch
		if got := testing.AllocsPerRun(1000, func() { id++; ask(id) }); got > tc.most {
			t.Errorf("%s: %v allocations in a point query, want at most %v", tc.name, got, tc.most)
		}
	}
}

// Memory of an answer that was given back serves one other answer, whoever gives it back, and a kept answer stays.
func TestSmallResultsShareMemory(t *testing.T) {
	_, reader := users(t)
	ask := func(id int) d1.QueryResponse {
		res, err := reader.Query(t.Context(), []d1.Statement{stmt("SELECT id, name FROM users WHERE id = ?", id)}, d1.FormatArrays)
		if err != nil {
			t.Fatal(err)
		}
		return d1.QueryResponse{Results: res}
	}
	ask(1) // prepares the statement
	kept, given := ask(2), ask(3)
	var giving sync.WaitGroup
	giving.Go(given.Recycle)
	giving.Wait()
	given.Recycle() // a second time: the answer has none left
	first, second := ask(4), ask(5)
	for want, resp := range map[string]d1.QueryResponse{
		`[[2,"User Name 2"]]`: kept, `[[4,"User Name 4"]]`: first, `[[5,"User Name 5"]]`: second,
	} {
		if got := string(resp.Results[0].Rows.JSON); got != want {
			t.Errorf("rows %s, want %s", got, want)
		}
		if got := resp.Results[0].Meta.RowsRead; got != 1 {
			t.Errorf("%s: %d rows read, want 1", want, got)
		}
	}
	if given.Results != nil {
		t.Error("an answer that was given back can still be read")
	}
}

// The memory of a large result serves the next one, once it was given back.
func TestLargeResultsShareMemory(t *testing.T) {
	_, reader := users(t)
	ask := func() d1.QueryResponse {
		res, err := reader.Query(t.Context(), []d1.Statement{stmt("SELECT * FROM users")}, d1.FormatObjects)
		if err != nil {
			t.Fatal(err)
		}
		return d1.QueryResponse{Results: res}
	}
	want := string(ask().Results[0].Rows.JSON)
	if len(want) < 100_000 {
		t.Fatalf("the result has %d bytes, too few for this test", len(want))
	}
	kept, given := ask(), ask()
	copied := d1.QueryResponse{Results: slices.Clone(given.Results)} // its memory must not be given back twice
	given.Recycle()
	copied.Recycle()
	first, second := ask(), ask()
	for name, resp := range map[string]d1.QueryResponse{"kept": kept, "first": first, "second": second} {
		if string(resp.Results[0].Rows.JSON) != want {
			t.Errorf("the rows of the %s answer are not those of the table", name)
		}
	}
}

func BenchmarkPoint(b *testing.B) {
	_, reader := users(b)
	ask, id := asking(b, reader, true), 0
	b.ReportAllocs()
	for b.Loop() {
		id += 7919
		ask(id)
	}
}

func BenchmarkRows(b *testing.B) {
	_, reader := users(b)
	ctx, stmts := cancelable(b), []d1.Statement{{SQL: "SELECT * FROM users"}}
	b.ReportAllocs()
	for b.Loop() {
		res, err := reader.Query(ctx, stmts, d1.FormatArrays)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(res[0].Rows.JSON)))
		(&d1.QueryResponse{Results: res}).Recycle()
	}
}

func BenchmarkInsert(b *testing.B) {
	writer, _ := users(b)
	ctx, stmts := cancelable(b), []d1.Statement{stmt(insertSQL, "someone", "someone@example.com", 33, 1.5)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := writer.Query(ctx, stmts, d1.FormatArrays); err != nil {
			b.Fatal(err)
		}
		if pending, _ := writer.WALFrames(); pending >= 1000 {
			if err := writer.Checkpoint(false); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkBatch is a request of 100 statements: one transaction.
func BenchmarkBatch(b *testing.B) {
	writer, _ := users(b)
	ctx, stmts := cancelable(b), make([]d1.Statement, 100)
	for i := range stmts {
		stmts[i] = stmt(insertSQL, "someone", "someone@example.com", i, 1.5)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := writer.Query(ctx, stmts, d1.FormatArrays); err != nil {
			b.Fatal(err)
		}
		if err := writer.Checkpoint(false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is what the first query of a database costs that is not open.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "db.sqlite")
	writer, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare(), Create: true})
	if err != nil {
		b.Fatal(err)
	}
	one(b, writer, "CREATE TABLE kv(id INTEGER PRIMARY KEY, name TEXT)")
	if err := writer.Close(); err != nil {
		b.Fatal(err)
	}
	for name, readOnly := range map[string]bool{"reader": true, "writer": false} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare(), ReadOnly: readOnly})
				if err != nil {
					b.Fatal(err)
				}
				one(b, c, "SELECT name FROM kv WHERE id = 3")
				if err := c.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
