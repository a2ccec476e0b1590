package bundle_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/worker/bundle"
)

func TestSourcesRewriteAStackTrace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "wrangler.toml"), `main = "src/index.ts"`)
	write(t, filepath.Join(dir, "src/index.ts"), `interface A { a: number }

// a comment
function fail(a: A): never {
  throw new Error("boom " + a.a);
}
export default { fetch() { fail({ a: 1 }); } };
`)
	r, err := bundle.Build(t.Context(), load(t, dir), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Sources()
	if err != nil {
		t.Fatal(err)
	}
	place := placeOf(t, string(r.Modules[0].Content), "new Error")
	for text, want := range map[string]string{
		"    at fail (file:///bundle/index.js:" + place + ")":   "    at fail (src/index.ts:5:9)",
		"index.js:" + place + " and index.js:" + place:          "src/index.ts:5:9 and src/index.ts:5:9",
		"at index.js:99999:1":                                   "at index.js:99999:1",
		"at index.js:0:0":                                       "at index.js:0:0",
		"at other-index.json:" + place:                          "at other-index.json:" + place,
		"at index.js:99999999999999999999:99999999999999999999": "at index.js:99999999999999999999:99999999999999999999",
	} {
		if got := s.Rewrite(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// placeOf gives LINE:COLUMN of a text.
func placeOf(t *testing.T, in, what string) string {
	t.Helper()
	before, _, found := strings.Cut(in, what)
	if !found {
		t.Fatalf("no %q in %s", what, in)
	}
	line := 1 + strings.Count(before, "\n")
	column := len(before) - strings.LastIndexByte(before, '\n')
	return itoa(line) + ":" + itoa(column)
}

func TestSourcesWithoutAMap(t *testing.T) {
	t.Parallel()
	s, err := bundle.Result{}.Sources()
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Rewrite("index.js:1:1"); got != "index.js:1:1" {
		t.Errorf("became %q", got)
	}
}

// FuzzSources feeds any text as the mappings of a source map.
func FuzzSources(f *testing.F) {
	f.Add("AAAA;AAIA,SAAS;;gqB,//////////A", 1, 1)
	f.Fuzz(func(t *testing.T, mappings string, line, column int) {
		r := bundle.Result{
			Modules:   []bundle.Module{{Name: "index.js"}},
			SourceMap: []byte(`{"sources":["a.ts"],"mappings":` + quoted(mappings) + `}`),
		}
		s, err := r.Sources()
		if err != nil {
			t.Fatal(err)
		}
		s.Rewrite("index.js:" + itoa(line) + ":" + itoa(column))
	})
}
