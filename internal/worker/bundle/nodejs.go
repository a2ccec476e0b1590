package bundle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// nodeMode is how much of Node a Worker gets.
type nodeMode uint8

const (
	nodeNone nodeMode = iota
	nodeALS           // node:async_hooks alone
	nodeV1            // modules of the runtime, by names that begin with "node:"
	nodeV2            // modules with and without "node:", and require of them
)

// modeOf reads the mode from flags and date as wrangler does.
func modeOf(p *project.Project) nodeMode {
	has := func(flag string) bool { return slices.Contains(p.CompatibilityFlags, flag) }
	date := p.CompatibilityDate
	byDate := date >= "2026-08-04"
	enabled := has("nodejs_compat") || byDate && !has("no_nodejs_compat")
	switch {
	case has("nodejs_compat_v2"), !has("no_nodejs_compat_v2") && (byDate || enabled && date >= "2024-09-23"):
		return nodeV2
	case enabled:
		return nodeV1
	case has("nodejs_als"):
		return nodeALS
	}
	return nodeNone
}

// builtins are the modules of Node, by the name without "node:".
func builtins() []string {
	return []string{
		"_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server",
		"_stream_duplex", "_stream_passthrough", "_stream_readable", "_stream_transform", "_stream_wrap",
		"_stream_writable", "_tls_common", "_tls_wrap", "assert", "assert/strict", "async_hooks", "buffer",
		"child_process", "cluster", "console", "constants", "crypto", "dgram", "diagnostics_channel", "dns",
		"dns/promises", "domain", "events", "fs", "fs/promises", "http", "http2", "https", "inspector",
		"inspector/promises", "module", "net", "os", "path", "path/posix", "path/win32", "perf_hooks", "process",
		"punycode", "querystring", "readline", "readline/promises", "repl", "stream", "stream/consumers",
		"stream/promises", "stream/web", "string_decoder", "sys", "timers", "timers/promises", "tls", "trace_events",
		"tty", "url", "util", "util/types", "v8", "vm", "wasi", "worker_threads", "zlib",
	}
}

// isBuiltin says whether a specifier names a module of Node.
func isBuiltin(specifier string) bool {
	return slices.Contains(builtins(), strings.TrimPrefix(specifier, "node:"))
}

// since gives, for modules that the runtime did not have from the start, the date
// from which on it has them and the word in the flags "enable_nodejs_WORD" and
// "disable_nodejs_WORD"; an empty date for the others.
func since(name string) (date, flag string) {
	switch name {
	case "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "http", "https":
		return "2025-08-15", "http_modules"
	case "_http_server":
		return "2025-09-01", "http_server_modules"
	case "http2":
		return "2025-09-01", "http2_module"
	case "os":
		return "2025-09-15", "os_module"
	case "fs", "fs/promises":
		return "2025-09-15", "fs_module"
	case "console":
		return "2025-09-21", "console_module"
	case "vm":
		return "2025-10-01", "vm_module"
	case "punycode", "cluster", "trace_events", "domain", "wasi":
		return "2025-12-04", name + "_module"
	case "inspector", "inspector/promises":
		return "2026-01-29", "inspector_module"
	case "sqlite", "dgram":
		return "2026-01-29", name + "_module"
	case "_stream_wrap":
		return "2026-01-29", "stream_wrap_module"
	case "repl", "v8", "tty", "child_process", "worker_threads", "perf_hooks":
		return "2026-03-17", name + "_module"
	case "readline", "readline/promises":
		return "2026-03-17", "readline_module"
	}
	return "", ""
}

// native says whether the runtime has a module of Node for this project.
func native(p *project.Project, name string) bool {
	date, flag := since(name)
	if date == "" || slices.Contains(p.CompatibilityFlags, "enable_nodejs_"+flag) {
		return true
	}
	return p.CompatibilityDate >= date && !slices.Contains(p.CompatibilityFlags, "disable_nodejs_"+flag)
}

// nodePlugin resolves the modules of Node.
func nodePlugin(c *collector, mode nodeMode) api.Plugin {
	if mode == nodeV2 {
		return nodeV2Plugin(c)
	}
	return api.Plugin{Name: "node", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `^node:`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			if _, ours := a.PluginData.(passed); ours {
				return api.OnResolveResult{}, nil
			}
			r := b.Resolve(a.Path, api.ResolveOptions{
				Importer: a.Importer, ResolveDir: a.ResolveDir, Kind: a.Kind, PluginData: passed{},
			})
			if len(r.Errors) == 0 { // a path of tsconfig.json, say
				return api.OnResolveResult{}, nil
			}
			c.left(a.Path)
			result := api.OnResolveResult{Path: a.Path, External: true}
			if mode == nodeNone || mode == nodeALS && a.Path != "node:async_hooks" {
				result.Warnings = []api.Message{{
					Text:  fmt.Sprintf("The Worker may fail at run time: %q is a module of node", a.Path),
					Notes: []api.Note{{Text: builtinAdvice(a.Path, mode)}},
				}}
			}
			return result, nil
		})
	}}
}

// nodeV2Plugin leaves modules of Node to the runtime, by the name it has for
// them. A require of one, which an ES module cannot do, goes through a module that
// imports it; so do modules that the runtime lacks at the project's date: importing
// them works, calling into them throws.
func nodeV2Plugin(c *collector) api.Plugin {
	return api.Plugin{Name: "node", Setup: func(b api.PluginBuild) {
		filter := `^(node:.+|` + strings.Join(builtins(), "|") + `)$`
		b.OnResolve(api.OnResolveOptions{Filter: filter}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			name := strings.TrimPrefix(a.Path, "node:")
			date, _ := since(name)
			switch {
			case date == "" && !isBuiltin(name):
				return api.OnResolveResult{}, nil // esbuild reports it
			case !native(c.project, name):
				return api.OnResolveResult{Path: name, Namespace: "node-missing"}, nil
			case a.Kind == api.ResolveJSRequireCall:
				return api.OnResolveResult{Path: name, Namespace: "node-require"}, nil
			}
			c.left(a.Path)
			return api.OnResolveResult{Path: "node:" + name, External: true}, nil
		})
		virtual := func(namespace, format string) {
			b.OnLoad(api.OnLoadOptions{Filter: `.`, Namespace: namespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
				contents := fmt.Sprintf(format, "node:"+a.Path)
				return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, nil
			})
		}
		virtual("node-require", "import library from %q;\nmodule.exports = library;\n")
		virtual("node-missing", missingModule)
	}}
}

// missingModule is the source of a module whose every member is a function that
// throws. The proxy is the prototype, as esbuild's helpers copy own properties.
const missingModule = `const name = %q;
module.exports = Object.create(new Proxy({}, {
	get(target, key, receiver) {
		if (typeof key === "symbol" || key === "__esModule" || key === "then") return undefined;
		return function () {
			throw new Error(name + "." + key + " does not exist at this Worker's compatibility date");
		};
	},
}));
`
