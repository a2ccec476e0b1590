package project

import "errors"

// ErrNotFound is wrapped by the error of [Load] where no configuration file was found.
var ErrNotFound = errors.New("no configuration file")

// Options says which configuration to load.
type Options struct {
	// Dir is the folder where the search for the file starts, going up; "" for
	// the current one. File, where not "", is used instead of searching; it is
	// relative to the current folder.
	Dir, File string
	// Env names an environment; "" for that of CLOUDFLARE_ENV, else the top level.
	Env string
	// WithoutMain allows a configuration that names no entry file: enough for
	// commands that only need the databases.
	WithoutMain bool
	// Environ is the process's environment as NAME=value, read for CLOUDFLARE_ENV,
	// CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV and CLOUDFLARE_INCLUDE_PROCESS_ENV.
	Environ []string
}

// Load finds and reads a configuration. The warnings are valid beside an error
// too. What is wrong with the file is an [*Error].
func Load(opts Options) (*Project, []Warning, error) {
	_ = opts
	return nil, nil, errors.ErrUnsupported
}
