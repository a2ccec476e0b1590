package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// runner runs measurements, each in a process of its own, one at a time.
type runner struct {
	scratch  string
	plain    string // the C program
	span     time.Duration
	rounds   int
	small    int // small databases
	progress io.Writer
}

// houseSmall is how many small databases the whole engine gets: making one is a durable act.
const houseSmall = 1000

// test is one comparison in rounds.
type test struct {
	name, title string
	alsoWall    bool // in wall time too
	// target is what Dione should reach as a multiple of the plain C program; 0 for none.
	target float64
}

// Names of the tests that are treated alike elsewhere.
const (
	testInsert = "insert"
	testOpen   = "open"
	testIdle   = "idle"
)

var tests = []test{ //nolint:gochecknoglobals // a table
	{name: "point", title: "point SELECT to JSON", target: 2.8},
	{name: "rows", title: "10,000 rows × 8 columns to JSON", target: 0.9},
	{name: "agg", title: "aggregate over 1 million rows"},
	{name: testOpen, title: "open, first query, close", target: 2},
	{name: testInsert, title: "durable INSERT", alsoWall: true},
}

// engines are those that are compared with the plain C program.
var engines = []string{engineOurVFS, engineDione, engineHouse, engineMattn, engineModern} //nolint:gochecknoglobals // a table

// comparison is what one test gave: per engine, per round.
type comparison struct {
	test
	cpu, wall           map[string][]float64 // nanoseconds an operation
	cpuRatio, wallRatio map[string][]float64 // of the base around it to the engine
	hash                string               // of the base's answers
}

func (r *runner) say(format string, args ...any) { fmt.Fprintf(r.progress, format, args...) }

// prepare builds the C program and writes the databases.
func (r *runner) prepare(ctx context.Context) error {
	r.say("building the plain C program (SQLite takes half a minute)\n")
	r.plain = filepath.Join(r.scratch, "plain")
	cc, err := compiler(ctx)
	if err != nil {
		return err
	}
	args := append(cc[1:], "-O2", "-std=gnu11", "-w", "-o", r.plain, filepath.Join("plain", "plain.c"), "-lm", "-lpthread", "-ldl")
	cmd := exec.CommandContext(ctx, cc[0], args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the plain C program: %w\n%s", err, out)
	}
	r.say("writing databases\n")
	r.small = min(r.small, mostOpen())
	base := filepath.Join(r.scratch, "base")
	if err := os.Mkdir(base, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := makeDatabase(filepath.Join(base, "base.sqlite"), baseSQL); err != nil {
		return err
	}
	for _, name := range []string{"gone", "kept"} {
		if err := makeSmall(filepath.Join(r.scratch, name), r.small); err != nil {
			return err
		}
	}
	return makeHouse(ctx, filepath.Join(r.scratch, "house"), base, min(houseSmall, r.small))
}

// mostOpen is how many databases a process may hold open that takes three descriptors for each.
func mostOpen() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 100
	}
	return int(min(limit.Max, 1<<20)-100) / 3
}

// compiler is the C compiler that Go uses, with its arguments.
func compiler(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "CC").Output()
	if err != nil {
		return nil, fmt.Errorf("ask go for the C compiler: %w", err)
	}
	if cc := strings.Fields(string(out)); len(cc) > 0 {
		return cc, nil
	}
	return nil, errors.New("go env CC names no C compiler")
}

// once runs one test on one engine.
func (r *runner) once(ctx context.Context, engine, test string) (s sample, err error) {
	t := task{Engine: engine, Test: test, Span: r.span, N: r.small}
	t.Dir = filepath.Join(r.scratch, "base")
	switch {
	case test == testInsert:
		if t.Dir, err = os.MkdirTemp(r.scratch, "insert-"); err != nil {
			return s, fmt.Errorf("make folder: %w", err)
		}
		defer os.RemoveAll(t.Dir)
	case engine == engineHouse:
		t.Dir, t.N = filepath.Join(r.scratch, "house"), min(houseSmall, r.small)
	case test == testOpen || test == testIdle:
		// A plain SQLite deletes the WAL at the last close; Dione's VFS keeps it. Neither should meet the other's files.
		t.Dir = filepath.Join(r.scratch, "gone")
		if engine == engineDione || engine == engineBoth || engine == engineOurVFS {
			t.Dir = filepath.Join(r.scratch, "kept")
		}
	}
	cmd, err := r.command(ctx, t)
	if err != nil {
		return s, err
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return s, fmt.Errorf("run %s on %s: %w\n%s", test, engine, err, stderr.String())
	}
	if err := json.Unmarshal(out, &s); err != nil || s.Ops == 0 {
		return s, fmt.Errorf("run %s on %s: answered %q (%w)", test, engine, out, err)
	}
	return s, nil
}

func (r *runner) command(ctx context.Context, t task) (*exec.Cmd, error) {
	if t.Engine == enginePlain || t.Engine == engineOurVFS {
		vfs := "unix"
		if t.Engine == engineOurVFS {
			vfs = "dione"
		}
		return exec.CommandContext(ctx, r.plain, "-vfs", vfs, "-test", t.Test, "-dir", t.Dir,
			"-ms", strconv.FormatInt(t.Span.Milliseconds(), 10), "-n", strconv.Itoa(t.N)), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	spec, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("write task: %w", err)
	}
	return exec.CommandContext(ctx, self, measureCommand, string(spec)), nil
}

// compare runs a test in rounds. In each, every engine runs once, in random
// order, and the plain C program before and after every two of them: an engine is
// compared with the mean of the two around it, so that a slow moment of the
// machine hits both sides.
func (r *runner) compare(ctx context.Context, t test) (*comparison, error) {
	c := &comparison{
		test: t, cpu: map[string][]float64{}, wall: map[string][]float64{},
		cpuRatio: map[string][]float64{}, wallRatio: map[string][]float64{},
	}
	for round := range r.rounds {
		r.say("%s: round %d of %d\n", t.title, round+1, r.rounds)
		order := rand.Perm(len(engines))
		before, err := r.record(ctx, c, enginePlain)
		if err != nil {
			return nil, err
		}
		for i := 0; i < len(order); i += 2 {
			pair := map[string]sample{}
			for _, j := range order[i:min(i+2, len(order))] {
				if pair[engines[j]], err = r.record(ctx, c, engines[j]); err != nil {
					return nil, err
				}
			}
			after, err := r.record(ctx, c, enginePlain)
			if err != nil {
				return nil, err
			}
			for name, s := range pair {
				c.cpuRatio[name] = append(c.cpuRatio[name], (before.cpuOp()+after.cpuOp())/2/s.cpuOp())
				c.wallRatio[name] = append(c.wallRatio[name], (before.wallOp()+after.wallOp())/2/s.wallOp())
			}
			before = after
		}
	}
	return c, nil
}

// record runs once and checks that all engines gave the same bytes.
func (r *runner) record(ctx context.Context, c *comparison, engine string) (sample, error) {
	s, err := r.once(ctx, engine, c.name)
	if err != nil {
		return s, err
	}
	if c.hash == "" {
		c.hash = s.Hash
	}
	if s.Hash != c.hash {
		return s, fmt.Errorf("%s: the answers of %s differ from those of the plain C program", c.name, engine)
	}
	c.cpu[engine], c.wall[engine] = append(c.cpu[engine], s.cpuOp()), append(c.wall[engine], s.wallOp())
	return s, nil
}

// idle weighs open databases, once for each engine: memory does not waver.
func (r *runner) idle(ctx context.Context) (map[string]sample, error) {
	out := map[string]sample{}
	if runtime.GOOS != "linux" {
		return out, nil
	}
	for _, name := range append([]string{enginePlain, engineBoth}, engines...) {
		r.say("open databases: %s\n", name)
		s, err := r.once(ctx, name, testIdle)
		if err != nil {
			return nil, err
		}
		out[name] = s
	}
	return out, nil
}
