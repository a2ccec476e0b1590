package bundle_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dione-db/dione/internal/worker/bundle"
	"github.com/dione-db/dione/internal/worker/project"
)

// TestBuild bundles every archive of testdata/build. Lines "environ: NAME=value"
// of its comment are the process's environment. The files want.* say what comes
// out: modules (of the entry, the lines with imports, exports and "keep"), warnings,
// error. UPDATE=1 writes them anew.
func TestBuild(t *testing.T) {
	archives, err := filepath.Glob("testdata/build/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir, want := unpack(t, archive)
			got := outcome(t, dir, string(archive.Comment))
			if os.Getenv("UPDATE") != "" {
				update(t, path, archive, got)
				return
			}
			for _, name := range []string{"want.error", "want.warnings", "want.modules", "want.output"} {
				if got[name] != want[name] {
					t.Errorf("%s is\n%s\nwant\n%s", name, got[name], want[name])
				}
			}
		})
	}
}

// unpack writes the files of an archive, and gives the want.* ones apart.
func unpack(t testing.TB, archive *txtar.Archive) (dir string, want map[string]string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want = map[string]string{}
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "want.") {
			want[f.Name] = string(f.Data)
			continue
		}
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	return dir, want
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, dir string) *project.Project {
	t.Helper()
	p, _, err := project.Load(project.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// outcome builds and tells the result as files.
func outcome(t *testing.T, dir, comment string) map[string]string {
	t.Helper()
	var output bytes.Buffer
	opts := bundle.Options{Output: &output, Environ: []string{"PATH=" + os.Getenv("PATH")}}
	for line := range strings.Lines(comment) {
		if e, ok := strings.CutPrefix(strings.TrimSpace(line), "environ: "); ok {
			opts.Environ = append(opts.Environ, e)
		}
	}
	got := map[string]string{}
	keep := func(name, text string) {
		if text != "" {
			got[name] = strings.ReplaceAll(text, dir, "DIR") + "\n"
		}
	}
	r, err := bundle.Build(t.Context(), load(t, dir), opts)
	if err != nil {
		keep("want.error", err.Error())
	} else {
		keep("want.modules", modules(r))
	}
	keep("want.warnings", r.Warnings.Format(false, 0))
	keep("want.output", strings.TrimSpace(output.String()))
	return got
}

func modules(r bundle.Result) string {
	var b strings.Builder
	for i, m := range r.Modules {
		fmt.Fprintf(&b, "%s %s\n", m.Name, m.Kind)
		if i > 0 {
			fmt.Fprintf(&b, "\t%d bytes\n", len(m.Content))
			continue
		}
		for line := range strings.Lines(string(m.Content)) {
			if strings.Contains(line, "import ") || strings.Contains(line, "keep") ||
				strings.Contains(line, "export ") || strings.Contains(line, "require(") {
				fmt.Fprintf(&b, "\t%s", line)
			}
		}
	}
	fmt.Fprintf(&b, "exports %s", r.Exports)
	return b.String()
}

func update(t *testing.T, path string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	fresh := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "want.") {
			fresh.Files = append(fresh.Files, f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		fresh.Files = append(fresh.Files, txtar.File{Name: name, Data: []byte(got[name])})
	}
	if err := os.WriteFile(path, txtar.Format(fresh), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestErrorsKeepTheSourceLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "wrangler.toml"), `main = "a.ts"`)
	write(t, filepath.Join(dir, "a.ts"), "export default {\n  fetch() { return 1 +; }\n}\n")
	_, err := bundle.Build(t.Context(), load(t, dir), bundle.Options{})
	e, ok := errors.AsType[*bundle.Error](err)
	if !ok || e.Len() != 1 {
		t.Fatalf("error %v, want one with one message", err)
	}
	if plain := e.Error(); !strings.Contains(plain, "a.ts:2:22") || !strings.Contains(plain, "return 1 +;") ||
		strings.Contains(plain, "\x1b") {
		t.Errorf("message without place, line, or with colour:\n%s", plain)
	}
	if coloured := e.Format(true, 80); !strings.Contains(coloured, "\x1b[") {
		t.Errorf("message without colour:\n%s", coloured)
	}
}

func TestInputsAndSourceMap(t *testing.T) {
	t.Parallel()
	dir, _ := unpack(t, txtar.Parse([]byte(`
-- wrangler.toml --
main = "src/a.ts"
-- src/a.ts --
import { b } from "./b";
import q from "./q.sql";
export default { fetch() { return new Response(b + q) } };
-- src/b.ts --
export const b: number = 1;
-- src/q.sql --
SELECT 1
-- src/unused.ts --
`)))
	r, err := bundle.Build(t.Context(), load(t, dir), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, name := range []string{"a.ts", "b.ts", "q.sql"} {
		want = append(want, filepath.Join(dir, "src", name))
	}
	if !slices.Equal(r.Inputs, want) {
		t.Errorf("inputs %q, want %q", r.Inputs, want)
	}
	if !strings.Contains(string(r.SourceMap), `"src/b.ts", "src/a.ts"`) {
		t.Errorf("source map does not name the sources from the root: %s", r.SourceMap)
	}
}
