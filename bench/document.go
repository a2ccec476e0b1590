package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dione-db/dione/internal/durable"
)

// Between these lines the tables stand in the document.
const (
	beginMark = "<!-- bench: what follows is written by make bench -->"
	endMark   = "<!-- bench: end -->"
)

// document is everything a run found out.
type document struct {
	machine machine
	rounds  int
	span    time.Duration
	small   int
	results []*comparison
	idle    map[string]sample
}

// quantile of unsorted values, between neighbours linearly.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	x := q * float64(len(v)-1)
	i := int(x)
	if i+1 >= len(v) {
		return v[i]
	}
	return v[i] + (x-float64(i))*(v[i+1]-v[i])
}

func (d *document) markdown() string {
	var b strings.Builder
	m := &d.machine
	fmt.Fprintf(&b, "Made on %s by `make bench` (%d rounds, %d ms for each engine in a round).\n\n", m.date.Format(time.DateOnly), d.rounds, d.span.Milliseconds())
	fmt.Fprintf(&b, "- Machine: %s; %s; durable writes on %s; load %s before, %s after\n", m.processor, m.system, m.disk, m.loadBefore, m.loadAfter)
	fmt.Fprintf(&b, "- C and Dione: SQLite %s, the same source and options; %s; %s\n", m.sqliteVersion, m.compiler, goVersion())
	fmt.Fprintf(&b, "- Drivers: %s; %s\n", m.mattn, m.modern)
	d.ratios(&b)
	d.times(&b)
	d.weights(&b)
	return b.String()
}

func header(b *strings.Builder, first string, columns []string, last string) {
	fmt.Fprintf(b, "| %s | %s |%s\n|---|%s%s\n", first, strings.Join(columns, " | "), last, strings.Repeat("---|", len(columns)),
		strings.Repeat("---|", strings.Count(last, "|")))
}

// ratios is the table of multiples of the plain C program.
func (d *document) ratios(b *strings.Builder) {
	if len(d.results) == 0 {
		return
	}
	b.WriteString("\nTimes as fast as the plain C program on SQLite's own VFS (higher is faster): median of the rounds, quartiles\nbehind it.\n\n")
	header(b, "CPU time per operation, or wall time", engines, " Dione should reach |")
	for _, c := range d.results {
		target := "–"
		if c.target > 0 {
			target = fmt.Sprintf("%.1f", c.target)
		}
		row(b, c.title+", CPU", c.cpuRatio, ratio, target)
		if c.alsoWall {
			row(b, c.title+", wall", c.wallRatio, ratio, "–")
		}
	}
}

func row(b *strings.Builder, title string, values map[string][]float64, spell func([]float64) string, last string) {
	fmt.Fprintf(b, "| %s |", title)
	for _, e := range engines {
		fmt.Fprintf(b, " %s |", spell(values[e]))
	}
	fmt.Fprintf(b, " %s |\n", last)
}

func ratio(v []float64) string {
	return fmt.Sprintf("**%.2f** (%.2f–%.2f)", quantile(v, 0.5), quantile(v, 0.25), quantile(v, 0.75))
}

func microseconds(v []float64) string {
	us := quantile(v, 0.5) / 1000
	switch {
	case us < 10:
		return fmt.Sprintf("%.2f", us)
	case us < 1000:
		return fmt.Sprintf("%.0f", us)
	}
	return fmt.Sprintf("%.0f", math.Round(us/10)*10)
}

// times is the table of medians.
func (d *document) times(b *strings.Builder) {
	if len(d.results) == 0 {
		return
	}
	b.WriteString("\nMicroseconds per operation, medians:\n\n")
	header(b, "", engines, " C |")
	for _, c := range d.results {
		row(b, c.title+", CPU", c.cpu, microseconds, microseconds(c.cpu[enginePlain]))
		if c.alsoWall {
			row(b, c.title+", wall", c.wall, microseconds, microseconds(c.wall[enginePlain]))
		}
	}
}

// weights is the table of open databases.
func (d *document) weights(b *strings.Builder) {
	if len(d.idle) == 0 {
		return
	}
	fmt.Fprintf(b, "\nMany small databases open at once (%d, for Dione's engine %d), each after its first query; and what that query\ntook, the opening included. Dione should need at most 100 KiB, 2 descriptors and 1,000 µs.\n\n",
		d.small, d.idle[engineHouse].Ops)
	header(b, "per open database", []string{"memory, KiB", "descriptors", "open and first query, µs", "of 99 %, µs"}, "")
	for _, e := range slices.Concat([]string{engineDione, engineBoth, engineHouse, enginePlain}, []string{engineOurVFS, engineMattn, engineModern}) {
		if s, ok := d.idle[e]; ok {
			fmt.Fprintf(b, "| %s | %.0f | %.2f | %.0f | %.0f |\n", e, s.ResidentKiB, s.Descriptors, s.FirstUS, s.FirstP99US)
		}
	}
}

// insertInto puts text between the marks of the document at path.
func insertInto(path, text string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	out, err := splice(data, text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := durable.WriteFile(path, out, 0o644); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

// splice replaces what is between the marks.
func splice(data []byte, text string) ([]byte, error) {
	before, rest, ok := bytes.Cut(data, []byte(beginMark))
	if !ok {
		return nil, errors.New("the line that begins the tables is missing: " + beginMark)
	}
	_, after, ok := bytes.Cut(rest, []byte(endMark))
	if !ok {
		return nil, errors.New("the line that ends the tables is missing: " + endMark)
	}
	return slices.Concat(before, []byte(beginMark+"\n\n"+text+"\n"+endMark), after), nil
}
