package bundle_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dione-db/dione/internal/worker/bundle"
	"github.com/dione-db/dione/internal/worker/project"
)

// watched is a Watch under way.
type watched struct {
	t      testing.TB
	dir    string
	builds chan build
}

type build struct {
	bundle.Result
	err error
}

// watch starts one on the files of an archive, in the folder sub of it; it ends
// with the test.
func watch(t testing.TB, archive, sub string) *watched {
	t.Helper()
	dir, _ := unpack(t, txtar.Parse([]byte(archive)))
	if sub != "" { // a link to the folder
		link := filepath.Join(t.TempDir(), sub)
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
		dir = link
	}
	w := &watched{t: t, dir: dir, builds: make(chan build)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	load := func() (*project.Project, []project.Warning, error) { return project.Load(project.Options{Dir: dir}) }
	go func() {
		done <- bundle.Watch(ctx, load, bundle.Options{Environ: os.Environ()}, func(r bundle.Result, err error) {
			select {
			case w.builds <- build{r, err}:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("watch ended with %v", err)
		}
	})
	return w
}

// next gives the next build.
func (w *watched) next() build {
	w.t.Helper()
	select {
	case b := <-w.builds:
		return b
	case <-time.After(30 * time.Second):
		w.t.Fatal("no build")
		return build{}
	}
}

// contains waits for a build whose modules hold a text.
func (w *watched) contains(text string) build {
	w.t.Helper()
	for {
		b := w.next()
		if b.err != nil {
			w.t.Logf("on the way to %q: %v", text, b.err)
			continue
		}
		for _, m := range b.Modules {
			if strings.Contains(string(m.Content), text) {
				return b
			}
		}
	}
}

// fails waits for a failure with a text.
func (w *watched) fails(text string) {
	w.t.Helper()
	for {
		if b := w.next(); b.err != nil && strings.Contains(b.err.Error(), text) {
			return
		}
	}
}

func (w *watched) write(file, text string) {
	w.t.Helper()
	write(w.t, filepath.Join(w.dir, file), text)
}

// replace saves as many editors do: a new file beside, renamed over the old one.
func (w *watched) replace(file, text string) {
	w.t.Helper()
	w.write(file+".new", text)
	if err := os.Rename(filepath.Join(w.dir, file+".new"), filepath.Join(w.dir, file)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watched) remove(file string) {
	w.t.Helper()
	if err := os.RemoveAll(filepath.Join(w.dir, file)); err != nil {
		w.t.Fatal(err)
	}
}

const small = `
-- wrangler.toml --
main = "src/index.ts"
compatibility_date = "2026-11-17"
-- src/index.ts --
import { other } from "./other";
import sql from "./q.sql";
export default { other, sql, own: "first" };
-- src/other.ts --
export const other = "first other";
-- src/q.sql --
first sql
`

func TestWatchSeesEveryInput(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"", "link"} {
		w := watch(t, small, link)
		w.contains("first other")
		w.write("src/other.ts", `export const other = "second other";`)
		w.contains("second other")
		w.replace("src/other.ts", `export const other = "third other";`)
		w.contains("third other")
		w.replace("src/other.ts", `export const other = "fourth other";`)
		w.contains("fourth other")
		w.write("src/q.sql", "second sql")
		w.contains("second sql")
		w.write("src/index.ts", `import { other } from "@/other"; export default { other };`)
		w.write("tsconfig.json", `{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}`)
		w.contains("fourth other")
		w.write("lib/other.ts", `export const other = "other of lib";`)
		w.write("tsconfig.json", `{"compilerOptions": {"paths": {"@/*": ["./lib/*"]}}}`)
		w.contains("other of lib")
		w.write("wrangler.toml", "main = \"src/index.ts\"\ndefine = { VERSION = \"'v2'\" }\n")
		w.write("src/index.ts", `export default { own: VERSION };`)
		w.contains("v2")
	}
}

func TestWatchLoadsTheConfigurationAgain(t *testing.T) {
	t.Parallel()
	w := watch(t, small, "")
	if b := w.contains("first"); len(b.Project.Vars) != 0 {
		t.Errorf("variables %v, want none", b.Project.Vars)
	}
	w.write(".dev.vars", "A=1\n")
	if b := w.next(); b.err != nil || len(b.Project.Vars) != 1 || b.Project.Vars[0].Text != "1" {
		t.Errorf("build %+v, want one with the variable", b)
	}
	w.write("wrangler.toml", "main = 3")
	w.fails(`"main" must be a string`)
	w.write("src/other.ts", `export const other = "while it is broken";`)
	w.write("wrangler.toml", "main = \"src/index.ts\"\nunknown = 1\n")
	b := w.contains("while it is broken")
	for len(b.ConfigWarnings) == 0 {
		b = w.next()
	}
	w.remove(".dev.vars")
	for len(b.Project.Vars) != 0 {
		b = w.next()
	}
}

func TestWatchBuildsOnceWhatWasMissingAppears(t *testing.T) {
	t.Parallel()
	w := watch(t, small, "")
	w.contains("first")
	w.write("src/index.ts", `import { a } from "./new/folder/a"; export default { a };`)
	w.fails("./new/folder/a")
	w.write("src/new/folder/a.ts", `export const a = "appeared";`)
	w.contains("appeared")
	w.write("src/index.ts", `import a from "@scope/pkg"; export default { a };`)
	w.fails("@scope/pkg")
	w.write("node_modules/@scope/pkg/index.js", `export default "installed";`)
	w.contains("installed")
	w.remove("src/index.ts")
	w.fails("does not exist")
	w.write("src/index.ts", `export default { back: "again" };`)
	w.contains("again")
	w.remove("src")
	w.fails("does not exist")
	w.write("src/index.ts", `export default { back: "once more" };`)
	w.contains("once more")
	w.write("src/index.ts", `export default { back: "and again" };`)
	w.contains("and again")
}

func TestWatchSaysNothingWhenNothingChanged(t *testing.T) {
	t.Parallel()
	w := watch(t, small, "")
	w.contains("first")
	w.write("src/other.ts", `export const other = "first other";`)
	w.write("src/unrelated.ts", "whatever")
	w.write("src/index.ts", "export default {}}")
	if b := w.next(); b.err == nil {
		t.Errorf("a build %v, want the failure alone", b.Modules)
	}
	w.write("src/unrelated.ts", "whatever else")
	w.write("src/index.ts", `export default { own: "second" };`)
	if b := w.next(); b.err != nil || !strings.Contains(string(b.Modules[0].Content), "second") {
		t.Errorf("build %+v, want the second one", b)
	}
}

func TestWatchRunsTheCustomBuild(t *testing.T) {
	t.Parallel()
	w := watch(t, `
-- wrangler.toml --
main = "dist/index.js"
[build]
command = "test -s pages/a.txt && mkdir -p dist && echo \"export default '$(cat pages/a.txt)'\" > dist/index.js"
watch_dir = "pages"
-- pages/a.txt --
first
`, "")
	w.contains("first")
	w.write("pages/a.txt", "second")
	w.contains("second")
	w.write("pages/a.txt", "")
	w.fails("custom build")
	w.write("pages/a.txt", "third")
	w.contains("third")
	w.write("dist/index.js", "export default 'by hand'")
	w.contains("by hand")
}

func TestWatchFindsAdditionalModules(t *testing.T) {
	t.Parallel()
	w := watch(t, `
-- wrangler.toml --
main = "src/index.js"
no_bundle = true
rules = [{ type = "ESModule", globs = ["**/*.js"] }]
-- src/index.js --
export default {};
`, "")
	if b := w.next(); b.err != nil || len(b.Modules) != 1 {
		t.Fatalf("build %+v, want one module", b)
	}
	w.write("src/lib/a.js", "export const a = 'added';")
	w.contains("added")
	w.write("src/lib/a.js", "export const a = 'changed';")
	w.contains("changed")
	w.remove("src/lib/a.js")
	for b := w.next(); b.err != nil || len(b.Modules) != 1; {
		b = w.next()
	}
}

func TestWatchReportsTheFirstLoad(t *testing.T) {
	t.Parallel()
	wrong := errors.New("no configuration")
	load := func() (*project.Project, []project.Warning, error) { return nil, nil, wrong }
	err := bundle.Watch(t.Context(), load, bundle.Options{}, func(bundle.Result, error) { t.Error("a build") })
	if !errors.Is(err, wrong) {
		t.Errorf("error %v, want %v", err, wrong)
	}
}

func BenchmarkBuild(b *testing.B) {
	dir, _ := unpack(b, txtar.Parse([]byte(small)))
	p := load(b, dir)
	for b.Loop() {
		if _, err := bundle.Build(b.Context(), p, bundle.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSave is the time from saving a file to the result.
func BenchmarkSave(b *testing.B) {
	w := watch(b, small, "")
	w.contains("first")
	n := 0
	for b.Loop() {
		n++
		mark := "change " + itoa(n) + ";"
		w.write("src/other.ts", "export const other = "+quoted(mark))
		w.contains(mark)
	}
}
