package integration_test

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/dione-db/dione/integration"
	"github.com/dione-db/dione/integration/generate"
)

var (
	seed     = flag.Uint64("seed", envSeed(), "seed of the generated statements (also the variable SEED)")
	requests = flag.Int("requests", 2000, "number of generated requests")
	verbose  = flag.Bool("every", false, "report every difference, not only the first of each kind")
)

func envSeed() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		return n
	}
	return 1
}

// episode is how many generated requests one database gets before a new one is made.
const episode = 160

// TestDifferential asks Dione and the references the same things.
func TestDifferential(t *testing.T) {
	reference, raw := startReference(t)
	ours := startOurs(t)
	accepted := map[string]int{}
	statements := 0
	part := func(name string, run func(c *comparison)) {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			c := newComparison(t, ours, reference, raw)
			run(c)
			for id, n := range c.accepted {
				accepted[id] += n
			}
			statements += c.statements
			t.Logf("%d statements in %.1f s, %d differences, accepted %v", c.statements, time.Since(start).Seconds(), c.findings, c.accepted)
			if c.findings > 0 {
				t.Errorf("%d differences", c.findings)
			}
		})
	}
	for _, path := range corpusFiles(t) {
		part(filepath.Base(path), func(c *comparison) { c.list(readCorpus(c.t, path)) })
	}
	part("functions", func(c *comparison) { c.list(functionCases()) })
	part("pragmas", func(c *comparison) { c.list(pragmaCases()) })
	part("limits", func(c *comparison) { c.list(limitCases()) })
	part("generated", func(c *comparison) { c.generated(*seed, *requests) })
	if t.Failed() {
		return
	}
	if statements < 2000 {
		t.Errorf("only %d statements were compared, want at least 2000", statements)
	}
	for _, d := range integration.Accepted() {
		if accepted[d.ID] == 0 {
			t.Errorf("the accepted difference %q was never met: remove it, or add a request that shows it", d.ID)
		}
	}
}

// generated compares made-up requests, each database with a seed of its own.
func (c *comparison) generated(seed uint64, total int) {
	for made := 0; made < total; seed++ {
		made += c.episode(seed, min(episode, total-made))
	}
}

// episode runs one database's requests until they end or a difference makes
// the rest meaningless; it returns how many were asked for.
func (c *comparison) episode(seed uint64, n int) int {
	g := generate.New(seed)
	database := c.fresh()
	var history []integration.Request
	for range n {
		req := g.Next()
		history = append(history, req)
		c.statements += len(req.Statements)
		v := c.ask(database, req)
		if v.bad() {
			if c.findings < 12 {
				history = c.minimise(history)
			}
			c.report(v, history)
			return n
		}
		if v.over {
			return len(history)
		}
		g.Learn(!v.theirs.Failed())
	}
	return n
}

func corpusFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "corpus", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus files: %v", err)
	}
	return files
}

func readCorpus(t *testing.T, path string) []integration.Request {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := integration.ReadCorpus(filepath.Base(path), f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
