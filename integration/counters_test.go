package integration_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/integration"
)

// TestCounters holds the counters against numbers that were written down, so
// that they are known to be right without a reference at hand.
func TestCounters(t *testing.T) {
	ours := startOurs(t)
	for _, c := range []struct {
		file string
		// third is the third number of a line.
		third func(o integration.Outcome) float64
	}{
		{"golden.tsv", func(o integration.Outcome) float64 { return *o.Meta.Changes }},
		{"paths.tsv", func(o integration.Outcome) float64 {
			return float64(strings.Count(o.Rows, "],[")) + 1 - float64(count(o.Rows == "[]"))
		}},
	} {
		t.Run(c.file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", "counters", c.file))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
			for _, line := range lines {
				fields := strings.SplitN(line, "\t", 4)
				list, err := integration.ReadCorpus(c.file, strings.NewReader(fields[3]))
				if err != nil {
					t.Fatal(err)
				}
				a, err := ours.ask(strings.TrimSuffix(c.file, ".tsv"), list[0])
				if err != nil {
					t.Fatal(err)
				}
				got := "error - -"
				if !a.Failed() {
					o := a.Outcomes[0]
					got = fmt.Sprintf("%v %v %v", *o.Meta.RowsRead, *o.Meta.RowsWritten, c.third(o))
				}
				if want := strings.Join(fields[:3], " "); got != want {
					t.Errorf("%s\ngives %s, want %s (%v)", fields[3], got, want, a)
				}
			}
			if len(lines) < 40 {
				t.Errorf("only %d statements", len(lines))
			}
		})
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
