// Package bundle turns a Worker's JavaScript or TypeScript into the modules that
// workerd runs, in the way wrangler does: the same esbuild with the same
// settings, the same rules for files that are not JavaScript, the same names.
//
// It differs on purpose where wrangler's result would not run or needs npm
// packages of its own. Modules of Node that the runtime lacks at the project's
// date are stubs that throw when called, not those of the package unenv. With
// find_additional_modules the entry is named by its path in base_dir, so that
// relative imports between it and the others hold. With preserve_file_names a
// file above the entry gets a name that the runtime can find, and two files of one
// name are an error. The target of an alias may be whatever an import may be.
package bundle

import (
	"io"

	"github.com/dione-db/dione/internal/worker/project"
)

// Kind is what a module is to workerd.
type Kind string

// The kinds of modules.
const (
	ESModule      Kind = "ESModule"
	CommonJS      Kind = "CommonJS"
	ServiceWorker Kind = "ServiceWorker" // the script of a Worker without a default export
	Text          Kind = "Text"
	Data          Kind = "Data"
	Wasm          Kind = "CompiledWasm"
)

// Module is one module as workerd is to be given it.
type Module struct {
	Name    string
	Kind    Kind
	Content []byte
}

// Result is one finished build.
type Result struct {
	// Project is the configuration that was built.
	Project *project.Project
	// Modules has the entry first. Behind a ServiceWorker script the modules are
	// not imported but bound: the name of each is that of a global.
	Modules []Module
	// Exports are the names that the entry exports.
	Exports []string
	// SourceMap is that of the entry, with sources relative to the project's
	// root; nil without bundling.
	SourceMap []byte
	// Inputs are the absolute paths of all files that were read.
	Inputs []string
	// ConfigWarnings are those of loading Project, set by Watch; Warnings those of this build.
	ConfigWarnings []project.Warning
	Warnings       Messages
}

// ServiceWorker says whether the Worker is a script that listens for events
// rather than a module that exports handlers.
func (r Result) ServiceWorker() bool {
	return len(r.Modules) > 0 && r.Modules[0].Kind == ServiceWorker
}

// Options is what a build needs to know beside the project.
type Options struct {
	// Production sets NODE_ENV to "production" rather than "development", where
	// Environ does not set it.
	Production bool
	// Environ is the process's environment as NAME=value: NODE_ENV,
	// WRANGLER_BUILD_CONDITIONS and WRANGLER_BUILD_PLATFORM are read, and a custom
	// build command gets all of it.
	Environ []string
	// Output takes what a custom build command prints; nil for nowhere.
	Output io.Writer
}
