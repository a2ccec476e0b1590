package bundle

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // wrangler's names of modules, not a protection
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// passed marks resolutions that our plugins ask esbuild for, so that they do not
// take part in them again.
type passed struct{}

// collector is the plugin that keeps modules that are not JavaScript out of the
// bundle, and lists all files that a build read. esbuild calls it from many
// goroutines.
type collector struct {
	project *project.Project
	format  format
	rules   ruleSet
	entry   string // name of the entry module

	mu      sync.Mutex
	modules map[string]Module // by name
	inputs  map[string]bool   // absolute paths
	outside map[string]bool   // specifiers left for the runtime
	clashes map[string]bool   // names that two modules have
	found   map[string]string // additional modules: absolute path to name
}

// reset forgets the build before.
func (c *collector) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.modules = map[string]Module{}
	c.inputs = map[string]bool{}
	c.outside = map[string]bool{}
	c.clashes = map[string]bool{}
	c.found = map[string]string{}
}

// input notes that a file was read.
func (c *collector) input(file string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inputs[file] = true
}

// left notes a specifier that stays an import.
func (c *collector) left(specifier string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outside[specifier] = true
}

// add keeps a module, and remembers where another one has its name.
func (c *collector) add(m Module, file string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, taken := c.modules[m.Name]; taken && !bytes.Equal(other.Content, m.Content) {
		c.clashes[m.Name] = true
	}
	c.modules[m.Name] = m
	c.inputs[file] = true
}

// sorted gives the modules in the order of their names.
func (c *collector) sorted() []Module {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Module, 0, len(c.modules))
	for _, name := range slices.Sorted(maps.Keys(c.modules)) {
		list = append(list, c.modules[name])
	}
	return list
}

// plugin makes the collector take part in a build.
func (c *collector) plugin() api.Plugin {
	return api.Plugin{Name: "modules", Setup: func(b api.PluginBuild) {
		b.OnStart(func() (api.OnStartResult, error) {
			c.reset()
			return api.OnStartResult{}, c.findAdditional()
		})
		b.OnLoad(api.OnLoadOptions{Filter: `.`, Namespace: "file"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			c.input(a.Path)
			return api.OnLoadResult{}, nil
		})
		if additional(c.project) {
			b.OnResolve(api.OnResolveOptions{Filter: `^\.{0,2}/`}, c.resolveFound)
		}
		b.OnResolve(api.OnResolveOptions{Filter: c.rules.filter()}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			return c.resolve(b, a)
		})
		b.OnLoad(api.OnLoadOptions{Filter: `.`, Namespace: "global"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			contents := "export default " + a.Path
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, nil
		})
	}}
}

// findAdditional adds the additional modules where the project wants them.
func (c *collector) findAdditional() error {
	if !additional(c.project) {
		return nil
	}
	found, err := additionalModules(c.project, c.rules)
	if err != nil {
		return err
	}
	for _, f := range found {
		c.add(f.Module, f.file)
		c.found[f.file] = f.Name
	}
	return nil
}

// resolveFound turns the import of an additional module into one of its name, as
// seen from the entry.
func (c *collector) resolveFound(a api.OnResolveArgs) (api.OnResolveResult, error) {
	name, ok := c.found[filepath.Join(a.ResolveDir, withoutQuery(a.Path))]
	if !ok {
		return api.OnResolveResult{}, nil
	}
	rel, err := filepath.Rel(path.Dir(c.entry), name)
	if err != nil {
		return api.OnResolveResult{}, fmt.Errorf("name the module %s: %w", name, err)
	}
	if rel = filepath.ToSlash(rel); !strings.HasPrefix(rel, ".") {
		rel = "./" + rel
	}
	return api.OnResolveResult{Path: rel, External: true}, nil
}

// resolve takes an import that a rule is about out of the bundle. An import that
// leads to no file is left to esbuild, which reports it.
func (c *collector) resolve(b api.PluginBuild, a api.OnResolveArgs) (api.OnResolveResult, error) {
	var none api.OnResolveResult
	if _, ours := a.PluginData.(passed); ours || a.Kind == api.ResolveEntryPoint {
		return none, nil
	}
	specifier, bare := a.Path, c.bare(a.Path)
	if bare {
		specifier = "./" + a.Path
	}
	r, ok := match(c.rules.active, specifier, bySpecifier)
	if !ok || r.javaScript() {
		if hidden, ok := match(c.rules.shadowed, specifier, bySpecifier); ok && !hidden.javaScript() {
			return api.OnResolveResult{Errors: []api.Message{{Text: fmt.Sprintf(
				"%q matches the rule %s, which an earlier rule of the same type hides: add \"fallthrough\": true to that one",
				a.Path, told(hidden.Rule))}}}, nil
		}
		return none, nil
	}
	clean := withoutQuery(a.Path)
	file := c.locate(b, a, clean, bare)
	content, err := os.ReadFile(file) //nolint:gosec // a file that the project imports
	if err != nil {
		return none, nil //nolint:nilerr // esbuild reports what it cannot resolve
	}
	result := c.keep(Module{Name: c.name(clean, content), Kind: r.kind(), Content: content}, file)
	if bare {
		result.Warnings = []api.Message{{Text: fmt.Sprintf(
			"%q is imported by its bare name, which will stop working: write %q", a.Path, specifier)}}
	}
	return result, nil
}

// bare says whether a specifier is the bare name of a file beside the entry,
// which wrangler's first version took for that file.
func (c *collector) bare(specifier string) bool {
	if strings.ContainsAny(specifier, `/\`) {
		return false
	}
	info, err := os.Stat(filepath.Join(filepath.Dir(c.project.Main), withoutQuery(specifier)))
	return err == nil && info.Mode().IsRegular()
}

// locate gives the file of an import: what esbuild resolves it to, else the one
// beside the importer.
func (c *collector) locate(b api.PluginBuild, a api.OnResolveArgs, clean string, bare bool) string {
	if bare {
		return filepath.Join(filepath.Dir(c.project.Main), clean)
	}
	r := b.Resolve(clean, api.ResolveOptions{
		Importer: a.Importer, ResolveDir: a.ResolveDir, Kind: a.Kind, Namespace: a.Namespace, PluginData: passed{},
	})
	if len(r.Errors) == 0 && r.Path != "" && !r.External {
		return r.Path
	}
	return filepath.Join(a.ResolveDir, clean)
}

// name gives the name of a module that an import of clean stands for.
func (c *collector) name(clean string, content []byte) string {
	sum := sha1.Sum(content) //nolint:gosec // see the import
	hash := hex.EncodeToString(sum[:])
	switch {
	case !c.project.Bundle.PreserveFileNames:
		return "./" + hash + "-" + path.Base(filepath.ToSlash(clean))
	case filepath.IsAbs(clean), strings.HasPrefix(path.Clean(clean), ".."): // outside of where modules are named
		return "./" + hash + "/" + filepath.Base(clean)
	}
	return clean
}

// keep adds a module and gives the import of it. In the script of a service
// worker, which cannot import, it becomes a global.
func (c *collector) keep(m Module, file string) api.OnResolveResult {
	if c.format == formatScript {
		m.Name = regexp.MustCompile(`[^a-zA-Z0-9_$]`).ReplaceAllString(m.Name, "_")
		c.add(m, file)
		return api.OnResolveResult{Path: m.Name, Namespace: "global"}
	}
	specifier := m.Name
	if dir := path.Dir(c.entry); dir != "." { // as the runtime resolves it from the entry
		m.Name = path.Join(dir, m.Name)
	}
	c.add(m, file)
	return api.OnResolveResult{Path: specifier, External: true}
}

// withoutQuery cuts what follows a "?".
func withoutQuery(specifier string) string {
	clean, _, _ := strings.Cut(specifier, "?")
	return clean
}
