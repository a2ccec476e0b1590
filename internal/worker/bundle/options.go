package bundle

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// buildOptions gives the settings of wrangler's esbuild for a project.
func buildOptions(p *project.Project, c *collector, mode nodeMode, o Options) (api.BuildOptions, error) {
	platform, err := platform(o.getenv("WRANGLER_BUILD_PLATFORM"))
	if err != nil {
		return api.BuildOptions{}, err
	}
	b := common(p)
	b.EntryPointsAdvanced = []api.EntryPoint{{InputPath: p.Main, OutputPath: strings.TrimSuffix(c.entry, ".js")}}
	b.Bundle = true
	b.Format = api.FormatESModule
	if c.format == formatScript {
		b.Format = api.FormatIIFE
	}
	b.Platform = platform
	b.Conditions = []string{"workerd", "worker", "browser"}
	if conditions, ok := o.lookup("WRANGLER_BUILD_CONDITIONS"); ok {
		b.Conditions = strings.Split(conditions, ",")
	}
	b.External = []string{"__STATIC_CONTENT_MANIFEST"}
	b.Sourcemap = api.SourceMapExternal
	b.KeepNames = p.Bundle.KeepNames
	b.MinifyWhitespace, b.MinifyIdentifiers, b.MinifySyntax = p.Bundle.Minify, p.Bundle.Minify, p.Bundle.Minify
	b.JSXFactory, b.JSXFragment = p.Bundle.JSXFactory, p.Bundle.JSXFragment
	b.Define = defines(p, o)
	b.Plugins = []api.Plugin{aliasPlugin(p), c.plugin(), nodePlugin(c, mode), cloudflarePlugin(c)}
	return b, nil
}

// platform reads WRANGLER_BUILD_PLATFORM.
func platform(name string) (api.Platform, error) {
	switch name {
	case "", "browser":
		return api.PlatformBrowser, nil
	case "node":
		return api.PlatformNode, nil
	case "neutral":
		return api.PlatformNeutral, nil
	}
	return 0, fmt.Errorf("WRANGLER_BUILD_PLATFORM must be browser, node or neutral, not %q", name)
}

// defines gives the expressions that are replaced in the sources; those of the
// configuration win.
func defines(p *project.Project, o Options) map[string]string {
	mode := o.getenv("NODE_ENV")
	if mode == "" {
		mode = "development"
		if o.Production {
			mode = "production"
		}
	}
	quoted, err := json.Marshal(mode)
	if err != nil { // never for a string
		quoted = []byte(`"development"`)
	}
	d := map[string]string{
		"process.env.NODE_ENV":            string(quoted),
		"global.process.env.NODE_ENV":     string(quoted),
		"globalThis.process.env.NODE_ENV": string(quoted),
	}
	if navigator(p) {
		d["navigator.userAgent"] = `"Cloudflare-Workers"`
	}
	maps.Copy(d, p.Bundle.Define)
	return d
}

// navigator says whether the runtime defines the global navigator.
func navigator(p *project.Project) bool {
	switch {
	case slices.Contains(p.CompatibilityFlags, "global_navigator"):
		return true
	case slices.Contains(p.CompatibilityFlags, "no_global_navigator"):
		return false
	}
	return p.CompatibilityDate >= "2022-03-21"
}

// entryName gives the name of the entry module: its file's with the extension of
// JavaScript, and its path in the base folder where other modules have theirs.
func entryName(p *project.Project) string {
	name := filepath.Base(p.Main)
	if rel, err := filepath.Rel(p.Bundle.BaseDir, p.Main); err == nil && additional(p) && filepath.IsLocal(rel) {
		name = filepath.ToSlash(rel)
	}
	if p.Bundle.NoBundle {
		return name
	}
	return strings.TrimSuffix(name, filepath.Ext(name)) + ".js"
}

// lookup reads a variable of the process's environment; the last one of a name counts.
func (o Options) lookup(name string) (string, bool) {
	for _, e := range slices.Backward(o.Environ) {
		if n, value, _ := strings.Cut(e, "="); n == name {
			return value, true
		}
	}
	return "", false
}

func (o Options) getenv(name string) string {
	value, _ := o.lookup(name)
	return value
}
