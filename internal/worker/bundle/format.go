package bundle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// format is how a Worker offers its handlers.
type format uint8

const (
	formatModules format = iota // it exports them
	formatScript                // it adds event listeners: the older service worker format
)

// metafile is the part of esbuild's metafile that is read.
type metafile struct {
	Outputs map[string]struct {
		EntryPoint string   `json:"entryPoint"`
		Exports    []string `json:"exports"`
	} `json:"outputs"`
}

// entryExports gives the names that the entry exports.
func entryExports(text string) ([]string, error) {
	var meta metafile
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		return nil, fmt.Errorf("read esbuild's metafile: %w", err)
	}
	for _, o := range meta.Outputs {
		if o.EntryPoint != "" {
			return o.Exports, nil
		}
	}
	return nil, fmt.Errorf("esbuild's metafile names no entry")
}

// guessFormat reads the entry alone, without what it imports. A default export
// means modules, no export at all a script; other exports count as modules unless
// the file also adds event listeners.
func guessFormat(p *project.Project) (format, []string, []api.Message, error) {
	const listener = "__DIONE_EVENT_LISTENER__"
	options := common(p)
	options.EntryPoints = []string{p.Main}
	options.Define = map[string]string{
		"addEventListener": listener, "globalThis.addEventListener": listener, "self.addEventListener": listener,
	}
	r := api.Build(options)
	if len(r.Errors) > 0 {
		return 0, nil, nil, failure(r.Errors...)
	}
	exports, err := entryExports(r.Metafile)
	if err != nil {
		return 0, nil, nil, err
	}
	listens := slices.ContainsFunc(r.OutputFiles, func(f api.OutputFile) bool {
		return strings.Contains(string(f.Contents), listener)
	})
	switch {
	case len(exports) == 0:
		return formatScript, exports, nil, nil
	case slices.Contains(exports, "default") || !listens:
		return formatModules, exports, nil, nil
	}
	return formatScript, exports, []api.Message{{Text: shown(p, p.Main) + " exports names but no default, and adds event " +
		"listeners: it is built as a service worker, whose exports do not count"}}, nil
}

// common are the options of every build: what workerd's JavaScript engine can do,
// and the settings that decide how a file is read.
func common(p *project.Project) api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir:  p.Dir,
		Outdir:         p.Dir, // nothing is written; sources are named relative to it
		Target:         api.ES2024,
		Supported:      map[string]bool{"import-source": true, "using": true},
		Loader:         map[string]api.Loader{".js": api.LoaderJSX, ".mjs": api.LoaderJSX, ".cjs": api.LoaderJSX},
		Tsconfig:       p.Bundle.TSConfig,
		Metafile:       true,
		LogLevel:       api.LogLevelSilent,
		AllowOverwrite: true,
	}
}
