package bundle

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// aliasPlugin replaces specifiers by those of the configuration, which are
// resolved from the project's root. It comes before all others: an alias wins over
// rules and modules of Node.
func aliasPlugin(p *project.Project) api.Plugin {
	return api.Plugin{Name: "alias", Setup: func(b api.PluginBuild) {
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(p.Bundle.Alias)) {
			parts = append(parts, regexp.QuoteMeta(name))
		}
		if len(parts) == 0 {
			return
		}
		filter := `^(?:` + strings.Join(parts, "|") + `)$`
		b.OnResolve(api.OnResolveOptions{Filter: filter}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			target := p.Bundle.Alias[a.Path]
			if _, ours := a.PluginData.(passed); ours || target == a.Path {
				return api.OnResolveResult{}, nil
			}
			r := b.Resolve(target, api.ResolveOptions{
				Importer: a.Importer, ResolveDir: p.Dir, Kind: a.Kind, Namespace: "file", PluginData: aliased{},
			})
			return api.OnResolveResult{
				Path: r.Path, Namespace: r.Namespace, Suffix: r.Suffix, External: r.External,
				PluginData: r.PluginData, Errors: r.Errors, Warnings: r.Warnings,
			}, nil
		})
	}}
}

// aliased marks resolutions of the targets of aliases. Rules apply to them.
type aliased struct{}

// cloudflarePlugin leaves the runtime's own modules to the runtime.
func cloudflarePlugin(c *collector) api.Plugin {
	return api.Plugin{Name: "cloudflare", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `^cloudflare:`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			c.left(a.Path)
			return api.OnResolveResult{Path: a.Path, External: true}, nil
		})
	}}
}
