// Bench measures Dione's SQLite layer and engine against a plain C program on
// the same SQLite and against two Go drivers, and writes docs/benchmarks.md.
//
//	go run . [-count 10] [-span 200ms] [-tests point,rows] [-out ../docs/benchmarks.md]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// measureCommand has this program measure one thing and print it, as a process of its own.
const measureCommand = "measure"

type options struct {
	count int
	span  time.Duration
	tests string
	out   string
	idle  int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:forbidigo // main
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 2 && args[0] == measureCommand {
		return runMeasure(args[1], out)
	}
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.count, "count", 10, "rounds of each test")
	flags.DurationVar(&o.span, "span", 200*time.Millisecond, "how long an engine runs in each round")
	flags.StringVar(&o.tests, "tests", "point,rows,agg,open,insert,idle", "which tests, with commas")
	flags.StringVar(&o.out, "out", "../docs/benchmarks.md", "the document to write the tables into; empty for none")
	flags.IntVar(&o.idle, "idle", 5000, "databases held open at once")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read flags: %w", err)
	}
	// Beside the sources, since a folder for temporary files may be in memory.
	scratch, err := os.MkdirTemp(".", ".scratch-")
	if err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	defer os.RemoveAll(scratch)
	if scratch, err = filepath.Abs(scratch); err != nil {
		return fmt.Errorf("scratch folder: %w", err)
	}
	r := &runner{scratch: scratch, span: o.span, rounds: o.count, small: o.idle, progress: out}
	return report(ctx, r, o, out)
}

// report measures everything that was asked for and writes it down.
func report(ctx context.Context, r *runner, o options, out io.Writer) error {
	m, err := describeMachine(ctx, r.scratch)
	if err != nil {
		return err
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	doc := document{machine: m, rounds: o.count, span: o.span, small: r.small}
	for _, t := range tests {
		if !wanted(o.tests, t.name) {
			continue
		}
		res, err := r.compare(ctx, t)
		if err != nil {
			return err
		}
		doc.results = append(doc.results, res)
	}
	if wanted(o.tests, testIdle) {
		if doc.idle, err = r.idle(ctx); err != nil {
			return err
		}
	}
	doc.machine.loadAfter = load()
	text := doc.markdown()
	if _, err := io.WriteString(out, text); err != nil {
		return fmt.Errorf("print tables: %w", err)
	}
	if o.out == "" {
		return nil
	}
	return insertInto(o.out, text)
}

func wanted(list, test string) bool {
	for t := range strings.SplitSeq(list, ",") {
		if t == test {
			return true
		}
	}
	return false
}

// runMeasure is the whole of a measuring process.
func runMeasure(spec string, out io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(spec), &t); err != nil {
		return fmt.Errorf("read task: %w", err)
	}
	s, err := measure(t)
	if err != nil {
		return fmt.Errorf("%s by %s: %w", t.Test, t.Engine, err)
	}
	if err := json.NewEncoder(out).Encode(s); err != nil {
		return fmt.Errorf("print result: %w", err)
	}
	return nil
}
