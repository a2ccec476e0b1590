package bundle

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// Build runs the custom build command, if there is one, and bundles once. What
// is wrong with the sources is an [*Error].
func Build(ctx context.Context, p *project.Project, opts Options) (Result, error) {
	if err := runCommand(ctx, p, opts); err != nil {
		return Result{}, err
	}
	b := &builder{project: p, opts: opts}
	defer b.close()
	return b.build(ctx)
}

// builder bundles one project again and again; esbuild keeps what did not
// change. One goroutine uses it.
type builder struct {
	project *project.Project
	opts    Options
	format  format
	collect *collector
	esbuild api.BuildContext // nil before the first bundling
	// inputs are the files that the last build read, a failed one included.
	inputs map[string]bool
}

// close frees what esbuild keeps.
func (b *builder) close() {
	if b.esbuild != nil {
		b.esbuild.Dispose()
		b.esbuild = nil
	}
}

// build makes one result.
func (b *builder) build(ctx context.Context) (Result, error) {
	p := b.project
	b.inputs = map[string]bool{p.Main: true}
	if err := checkMain(p); err != nil {
		return Result{}, err
	}
	format, exports, warned, err := guessFormat(p)
	if err != nil {
		return Result{}, err
	}
	if format == formatScript && additional(p) && !p.Bundle.NoBundle {
		return Result{}, failure(mainMessage(p, `"find_additional_modules" needs an entry that exports its handlers`))
	}
	if b.collect == nil || b.format != format {
		b.close()
		if err := b.prepare(format); err != nil {
			return Result{}, err
		}
	}
	warned = append(warned, b.collect.rules.warnings...)
	result := Result{Project: p, Exports: exports}
	if p.Bundle.NoBundle {
		err = b.copy(&result)
	} else {
		var more []api.Message
		more, err = b.bundle(ctx, &result)
		warned = append(warned, more...)
	}
	if err != nil {
		return Result{}, err
	}
	result.Inputs = slices.Sorted(maps.Keys(b.inputs))
	result.Warnings = warnings(warned)
	return result, checkClasses(p, format, result.Exports)
}

// prepare makes ready for entries of a format.
func (b *builder) prepare(format format) error {
	rules, err := newRules(b.project)
	if err != nil {
		return err
	}
	b.format = format
	b.collect = &collector{project: b.project, format: format, rules: rules, entry: entryName(b.project)}
	return nil
}

// bundle runs esbuild and fills the result.
func (b *builder) bundle(ctx context.Context, result *Result) ([]api.Message, error) {
	mode := modeOf(b.project)
	if b.esbuild == nil {
		options, err := buildOptions(b.project, b.collect, mode, b.opts)
		if err != nil {
			return nil, err
		}
		esbuild, contextErr := api.Context(options)
		if contextErr != nil {
			return nil, failure(contextErr.Errors...)
		}
		b.esbuild = esbuild
	}
	stop := context.AfterFunc(ctx, b.esbuild.Cancel)
	r := b.esbuild.Rebuild()
	stop()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	maps.Copy(b.inputs, b.collect.inputs)
	for _, name := range slices.Sorted(maps.Keys(b.collect.clashes)) {
		r.Errors = append(r.Errors, api.Message{Text: fmt.Sprintf(
			"two files would be the module %q: rename one of them or remove \"preserve_file_names\"", name)})
	}
	if errs := explain(append(r.Errors, b.unimportable()...), mode); len(errs) > 0 {
		return nil, failure(errs...)
	}
	exports, err := entryExports(r.Metafile)
	if err != nil {
		return nil, err
	}
	entry := Module{Name: b.collect.entry, Kind: ESModule}
	if b.format == formatScript {
		entry.Kind = ServiceWorker
	} else {
		result.Exports = exports
	}
	name := filepath.Join(b.project.Dir, filepath.FromSlash(b.collect.entry))
	for _, f := range r.OutputFiles {
		switch f.Path {
		case name:
			entry.Content = f.Contents
		case name + ".map":
			result.SourceMap = f.Contents
		}
	}
	result.Modules = append([]Module{entry}, b.collect.sorted()...)
	return r.Warnings, nil
}

// unimportable reports imports that a script, which cannot import, would need.
func (b *builder) unimportable() []api.Message {
	if b.format != formatScript || len(b.collect.outside) == 0 {
		return nil
	}
	names := strings.Join(slices.Sorted(maps.Keys(b.collect.outside)), ", ")
	return []api.Message{{Text: fmt.Sprintf("%s cannot be imported: %s has no default export, so it is built as a service worker. "+
		"Export its handlers, as in `export default { fetch() {} }`", names, shown(b.project, b.project.Main))}}
}

// copy takes the entry as it is and the modules beside it.
func (b *builder) copy(result *Result) error {
	b.collect.reset()
	if err := b.collect.findAdditional(); err != nil {
		return err
	}
	maps.Copy(b.inputs, b.collect.inputs)
	content, err := os.ReadFile(b.project.Main)
	if err != nil {
		return fmt.Errorf("read the entry: %w", err)
	}
	entry := Module{Name: b.collect.entry, Kind: ESModule, Content: content}
	if b.format == formatScript {
		entry.Kind = ServiceWorker
	}
	result.Modules = append([]Module{entry}, b.collect.sorted()...)
	return nil
}

// checkMain reports an entry that cannot be read, at the place that names it.
func checkMain(p *project.Project) error {
	info, err := os.Stat(p.Main)
	switch {
	case os.IsNotExist(err) && p.Build.Command != "":
		return failure(mainMessage(p, "the entry file %q does not exist after the custom build %q", shown(p, p.Main), p.Build.Command))
	case os.IsNotExist(err):
		return failure(mainMessage(p, "the entry file %q does not exist", shown(p, p.Main)))
	case err != nil:
		return fmt.Errorf("read the entry: %w", err)
	case info.IsDir():
		return failure(mainMessage(p, "the entry %q is a folder: name a file in it", shown(p, p.Main)))
	case filepath.Ext(p.Main) == ".py":
		return failure(mainMessage(p, "Workers in Python are not supported yet"))
	}
	return nil
}

// checkClasses reports Durable Object classes that the entry does not export.
func checkClasses(p *project.Project, format format, exports []string) error {
	var list []api.Message
	for _, d := range p.DurableObjects {
		switch {
		case d.ScriptName != "" && d.ScriptName != p.Name:
		case format == formatScript:
			list = append(list, at(p, d.Pos,
				"the class %q needs an entry that exports its handlers, as in `export default { fetch() {} }`", d.ClassName))
		case !slices.Contains(exports, d.ClassName):
			list = append(list, at(p, d.Pos, "the Durable Object class %q is not exported by %s", d.ClassName, shown(p, p.Main)))
		}
	}
	if len(list) > 0 {
		return failure(list...)
	}
	return nil
}
