// Package archtest_test holds the plan of who may import whom and fails when
// the sources leave it. It reads the sources rather than ask the go command:
// files that a test opens inside the module are part of its cache key, so the
// answer is never a stale one.
package archtest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path in front of every package of ours.
const module = "github.com/dione-db/dione"

// plan lists, for every package, the packages of ours that it may import.
var plan = map[string][]string{
	"d1":                        {},
	"internal/app":              {"d1", "internal/auth", "internal/binding", "internal/catalog", "internal/durable", "internal/engine", "internal/httpd", "internal/local"},
	"internal/auth":             {"d1"},
	"internal/binding":          {"d1"},
	"internal/catalog":          {"d1", "internal/durable", "internal/sqlite"},
	"internal/cli":              {"d1", "internal/app", "internal/config", "internal/durable", "internal/npm", "internal/obs", "internal/worker/bundle", "internal/worker/project", "internal/worker/runtime", "internal/worker/toolchain"},
	"internal/config":           {},
	"internal/durable":          {},
	"internal/engine":           {"d1", "internal/catalog", "internal/history", "internal/sqlite"},
	"internal/history":          {"d1"},
	"internal/httpd":            {},
	"internal/local":            {"d1"},
	"internal/npm":              {"internal/durable"},
	"internal/obs":              {},
	"internal/servicetest":      {"d1"},
	"internal/sqlite":           {"d1"},
	"internal/sqlite/generate":  {"internal/durable", "internal/npm"},
	"internal/worker/bundle":    {"internal/worker/project"},
	"internal/worker/project":   {},
	"internal/worker/runtime":   {"internal/durable"},
	"internal/worker/toolchain": {"internal/npm"},
	"cmd/dione":                 {"internal/cli"},
}

// standardOnly are the packages that import nothing but Go's standard library:
// whoever takes over the vocabulary takes over nothing else.
var standardOnly = []string{"d1"}

func TestImportsFollowThePlan(t *testing.T) {
	got := imports(t)
	for _, pkg := range slices.Sorted(maps.Keys(got)) {
		allowed, known := plan[pkg]
		if !known {
			t.Errorf("%s is not in the plan: give it a line", pkg)
		}
		for _, imp := range got[pkg].ours {
			if !slices.Contains(allowed, imp) {
				t.Errorf("%s may not import %s", pkg, imp)
			}
		}
		for _, imp := range allowed {
			if !slices.Contains(got[pkg].ours, imp) {
				t.Errorf("the plan lets %s import %s, which it does not: remove the entry", pkg, imp)
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(plan)) {
		if _, exists := got[pkg]; !exists {
			t.Errorf("the plan has %s, which does not exist: remove the line", pkg)
		}
	}
}

func TestVocabularyImportsTheStandardLibraryOnly(t *testing.T) {
	got := imports(t)
	for _, pkg := range standardOnly {
		if foreign := got[pkg].foreign; len(foreign) > 0 {
			t.Errorf("%s imports %v, want the standard library only", pkg, foreign)
		}
	}
}

// TestThePlanHasNoCircle keeps the plan itself honest: Go refuses circles
// between packages, but only once somebody writes them.
func TestThePlanHasNoCircle(t *testing.T) {
	const (
		walking = 1
		done    = 2
	)
	state := map[string]int{}
	var walk func(pkg string, trail []string)
	walk = func(pkg string, trail []string) {
		trail = append(trail, pkg)
		switch state[pkg] {
		case done:
			return
		case walking:
			t.Errorf("the plan goes in a circle: %s", strings.Join(trail, " > "))
			return
		}
		state[pkg] = walking
		for _, next := range plan[pkg] {
			walk(next, trail)
		}
		state[pkg] = done
	}
	for _, pkg := range slices.Sorted(maps.Keys(plan)) {
		walk(pkg, nil)
	}
}

// edges are the imports of one package, tests aside: ours relative to the
// module, foreign in full.
type edges struct{ ours, foreign []string }

// imports reads the imports of every package of the module. Folders with a
// go.mod of their own are other modules and left out.
func imports(t *testing.T) map[string]edges {
	t.Helper()
	root := filepath.Join("..", "..")
	got := map[string]edges{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skip(root, name)
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(name)
		e := got[pkg]
		for _, spec := range file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			e.add(imp)
		}
		got[pkg] = e
		return nil
	})
	if err != nil {
		t.Fatalf("read the sources: %v", err)
	}
	if len(got) == 0 {
		t.Fatal("no package was found: the test looks in the wrong place")
	}
	return got
}

// skip leaves out what holds no package of this module.
func skip(root, name string) error {
	base := path.Base(name)
	if name == "." {
		return nil
	}
	if base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(root, name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// add puts imp where it belongs; the standard library has no dot in its first element.
func (e *edges) add(imp string) {
	first, _, _ := strings.Cut(imp, "/")
	switch {
	case strings.HasPrefix(imp, module+"/"):
		imp = strings.TrimPrefix(imp, module+"/")
		if !slices.Contains(e.ours, imp) {
			e.ours = append(e.ours, imp)
		}
	case strings.Contains(first, "."):
		e.foreign = append(e.foreign, imp)
	}
}
