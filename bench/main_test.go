package main

import (
	"math"
	"path/filepath"
	"testing"
	"time"
)

// Every engine of Go gives the same bytes as Dione for what the tests ask, and opens what the others wrote.
func TestEnginesAgree(t *testing.T) {
	dir := t.TempDir()
	if err := makeDatabase(filepath.Join(dir, "base.sqlite"), baseSQL); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"point", "rows", "agg"} {
		want := ""
		for _, engine := range []string{engineDione, engineMattn, engineModern} {
			s, err := measure(task{Engine: engine, Test: name, Dir: dir, Span: time.Millisecond})
			if err != nil {
				t.Fatalf("%s by %s: %v", name, engine, err)
			}
			if want == "" {
				want = s.Hash
			}
			if s.Hash != want || s.Ops == 0 {
				t.Errorf("%s by %s: hash %s after %d operations, want %s", name, engine, s.Hash, s.Ops, want)
			}
		}
	}
}

func TestInsertAndOpen(t *testing.T) {
	for _, engine := range []string{engineDione, engineHouse, engineMattn, engineModern} {
		s, err := measure(task{Engine: engine, Test: testInsert, Dir: t.TempDir(), Span: time.Millisecond})
		if err != nil || s.Ops == 0 {
			t.Errorf("insert by %s: %d operations, error %v", engine, s.Ops, err)
		}
	}
	dir := filepath.Join(t.TempDir(), "small")
	if err := makeSmall(dir, 60); err != nil {
		t.Fatal(err)
	}
	for _, test := range []string{testOpen, testIdle} {
		for _, engine := range []string{engineDione, engineBoth, engineMattn, engineModern} {
			s, err := measure(task{Engine: engine, Test: test, Dir: dir, Span: time.Millisecond, N: 60})
			if err != nil || s.Ops == 0 {
				t.Errorf("%s by %s: %d operations, error %v", test, engine, s.Ops, err)
			}
		}
	}
}

func TestQuantile(t *testing.T) {
	for _, tc := range []struct {
		values  []float64
		q, want float64
	}{
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 1, 2, 3}, 0.5, 2.5},
		{[]float64{5}, 0.75, 5},
		{[]float64{0, 10}, 0.25, 2.5},
	} {
		if got := quantile(tc.values, tc.q); got != tc.want {
			t.Errorf("quantile %v of %v: %v, want %v", tc.q, tc.values, got, tc.want)
		}
	}
}

func TestValuesAreSpelledAsInJavaScript(t *testing.T) {
	for _, tc := range []struct {
		value any
		want  string
	}{
		{nil, "null"},
		{int64(1 << 60), "1152921504606847000"},
		{int64(-7), "-7"},
		{math.Inf(-1), "null"},
		{math.Copysign(0, -1), "0"},
		{1e21, "1e+21"},
		{1.5e-7, "1.5e-7"},
		{1e-10, "1e-10"},
		{0.1, "0.1"},
		{"a\"b\\\n\x01ü", `"a\"b\\\n\u0001ü"`},
	} {
		if got := string(appendValue(nil, tc.value)); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.value, got, tc.want)
		}
	}
}

func TestSpliceReplacesOnlyWhatIsBetweenTheMarks(t *testing.T) {
	got, err := splice([]byte("a\n"+beginMark+"\nold\n"+endMark+"\nb\n"), "new\n")
	if want := "a\n" + beginMark + "\n\nnew\n\n" + endMark + "\nb\n"; err != nil || string(got) != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
	if _, err := splice([]byte("a"), "new"); err == nil {
		t.Error("a document without marks was accepted")
	}
}
