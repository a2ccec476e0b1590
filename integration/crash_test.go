package integration_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

var crashRounds = flag.Int("rounds", 50, "how often the server is killed")

// serving is a "dione serve" process.
type serving struct {
	cmd  *exec.Cmd
	url  string
	said *output
}

// startServing runs "dione serve" on a data folder.
func startServing(t *testing.T, data string) *serving {
	t.Helper()
	program, err := exampleProgram()
	if err != nil {
		t.Fatal(err)
	}
	s := &serving{cmd: exec.Command(program, "serve", "--data", data, "--binding-listen", "127.0.0.1:0", "--log-level", "warn"), said: &output{}}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = s.said
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "Serving D1 bindings on "); ok {
			s.url = "http://" + address
			return s
		}
	}
	s.kill()
	t.Fatalf("dione serve did not start:\n%s", s.said)
	return nil
}

// kill ends the process as a power cut would, as far as a process can tell.
func (s *serving) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// writer is a client that writes one batch after the other and remembers which
// of them were acknowledged. It lives over all rounds.
type writer struct {
	id       int
	headers  http.Header
	sent     int
	acked    []int
	bookmark string // the greatest it was given
}

// write sends batches until the server is gone. Each has two rows of one
// number and counts it, so that half a batch can be seen. The first
// acknowledgement is told to started.
func (w *writer) write(url string, started func()) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for {
		w.sent++
		pad := 10
		if w.sent%13 == 0 {
			pad = 300_000
		}
		row := func(part int) batchStatement {
			return batchStatement{"INSERT INTO w VALUES (?, ?, ?, ?)", []any{w.id, w.sent, part, strings.Repeat("x", pad)}}
		}
		count := batchStatement{"INSERT INTO c VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1", []any{w.id}}
		results, bookmark, err := ask(client, url, w.headers, []batchStatement{row(1), count, row(2)})
		if err != nil {
			return
		}
		if len(results) != 3 {
			panic(fmt.Sprintf("%d results", len(results)))
		}
		w.acked = append(w.acked, w.sent)
		w.bookmark = max(w.bookmark, bookmark)
		started()
	}
}

type batchStatement struct {
	SQL    string `json:"sql"`
	Params []any  `json:"params"`
}

// ask sends statements in a session of their own and gives the rows of each.
func ask(client *http.Client, url string, headers http.Header, list []batchStatement) ([][][]any, string, error) {
	body, err := json.Marshal(list)
	if err != nil {
		return nil, "", err
	}
	req, err := http.NewRequest(http.MethodPost, url+"/query?resultsFormat=ROWS_AND_COLUMNS", bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	req.Header = headers.Clone()
	req.Header.Set("X-Cf-D1-Session-Commit-Token", d1.FirstPrimary)
	res, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	reply, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, "", err
	}
	var parts []struct {
		Results struct {
			Rows [][]any `json:"rows"`
		} `json:"results"`
	}
	if err := json.Unmarshal(reply, &parts); err != nil {
		return nil, "", fmt.Errorf("reply %.300q: %w", reply, err)
	}
	var rows [][][]any
	for _, p := range parts {
		rows = append(rows, p.Results.Rows)
	}
	return rows, res.Header.Get("X-Cf-D1-Session-Commit-Token"), nil
}

// TestKilledServerKeepsWhatItAcknowledged kills the server again and again
// while clients write, and looks after each time.
func TestKilledServerKeepsWhatItAcknowledged(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	writers, files := setUpWriters(t, data)
	rng := rand.New(rand.NewPCG(*seed, 7))
	acked := 0
	for round := range *crashRounds {
		s := startServing(t, data)
		acked = 0
		for _, w := range writers {
			w.check(t, s.url)
			acked += len(w.acked)
		}
		if t.Failed() {
			s.kill()
			t.Fatalf("in round %d; dione serve said:\n%s", round, s.said)
		}
		killWhileWriting(s, writers, time.Duration(rng.IntN(120))*time.Millisecond)
	}
	s := startServing(t, data)
	for _, w := range writers {
		w.check(t, s.url)
	}
	s.kill()
	for _, file := range files {
		checkFile(t, file)
	}
	t.Logf("%d batches were acknowledged in %d rounds", acked, *crashRounds)
	if acked < *crashRounds*len(writers) {
		t.Errorf("only %d batches were acknowledged, which shows too little", acked)
	}
}

// setUpWriters makes two databases and two writers for each, and gives the files.
func setUpWriters(t *testing.T, data string) ([]*writer, []string) {
	t.Helper()
	n := openNode(t, data, "")
	defer n.close(t)
	var (
		writers []*writer
		files   []string
	)
	for i := range 2 {
		headers, err := n.create(t.Context(), fmt.Sprintf("db%d", i))
		if err != nil {
			t.Fatal(err)
		}
		id := headers.Get("X-D1-Database-Id")
		files = append(files, filepath.Join(data, "databases", id, "db.sqlite"))
		for _, sql := range []string{"CREATE TABLE w(id INT, seq INT, part INT, pad TEXT, PRIMARY KEY (id, seq, part))", "CREATE TABLE c(id INTEGER PRIMARY KEY, n INT)"} {
			if _, err := n.Service().Query(t.Context(), d1.QueryRequest{Database: d1.DatabaseID(id), Statements: []d1.Statement{{SQL: sql}}}); err != nil {
				t.Fatal(err)
			}
		}
		for j := range 2 {
			writers = append(writers, &writer{id: i*2 + j, headers: headers})
		}
	}
	return writers, files
}

// killWhileWriting kills the server some time after every writer heard of it once.
func killWhileWriting(s *serving, writers []*writer, after time.Duration) {
	var running, first sync.WaitGroup
	first.Add(len(writers))
	for _, w := range writers {
		running.Go(func() {
			started := sync.OnceFunc(first.Done)
			defer started()
			w.write(s.url, started)
		})
	}
	first.Wait()
	<-time.After(after)
	s.kill()
	running.Wait()
}

// check looks for every acknowledged batch, for halves, and for a bookmark that
// goes on from those before.
func (w *writer) check(t *testing.T, url string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	rows, bookmark, err := ask(client, url, w.headers, []batchStatement{
		{"SELECT seq, count(*) FROM w WHERE id = ? GROUP BY seq", []any{w.id}},
		{"SELECT coalesce(sum(n), 0) FROM c WHERE id = ?", []any{w.id}},
		{"PRAGMA quick_check", []any{}},
	})
	if err != nil {
		t.Errorf("writer %d: %v", w.id, err)
		return
	}
	present := map[int]bool{}
	for _, row := range rows[0] {
		seq, parts := number(row[0]), number(row[1])
		present[seq] = true
		if parts != 2 || seq > w.sent {
			t.Errorf("writer %d: batch %d of %d has %v rows, want 2", w.id, seq, w.sent, parts)
		}
	}
	if i := slices.IndexFunc(w.acked, func(seq int) bool { return !present[seq] }); i >= 0 {
		t.Errorf("writer %d: batch %d was acknowledged and is gone (%d acknowledged, %d there)", w.id, w.acked[i], len(w.acked), len(present))
	}
	if n := number(rows[1][0][0]); n != len(present) {
		t.Errorf("writer %d: the counter says %d, there are %d batches", w.id, n, len(present))
	}
	if got := rows[2][0][0]; got != "ok" {
		t.Errorf("writer %d: quick_check says %v", w.id, got)
	}
	if w.bookmark != "" && bookmark <= w.bookmark {
		t.Errorf("writer %d: after the restart the bookmark is %s, not above %s", w.id, bookmark, w.bookmark)
	}
}

// number is a cell of a result, -1 where it is no number.
func number(cell any) int {
	if f, ok := cell.(float64); ok {
		return int(f)
	}
	return -1
}

// checkFile reads the whole file of a database.
func checkFile(t *testing.T, path string) {
	t.Helper()
	c, err := sqlite.Open(path, sqlite.Options{Trusted: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	res, err := c.Query(t.Context(), []d1.Statement{{SQL: "PRAGMA integrity_check"}}, d1.FormatArrays)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(res[0].Rows.JSON); got != `[["ok"]]` {
		t.Errorf("integrity_check of %s says %s", path, got)
	}
}
