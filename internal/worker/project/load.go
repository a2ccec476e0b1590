package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrNotFound is wrapped by the error of [Load] where no configuration file was found.
var ErrNotFound = errors.New("no wrangler.json, wrangler.jsonc or wrangler.toml")

// maxFileBytes bounds the files that are read: no real one comes near it.
const maxFileBytes = 1 << 20

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
	file, err := find(opts)
	if err != nil {
		return nil, nil, err
	}
	text, err := readFile(file)
	if err != nil {
		return nil, nil, fmt.Errorf("read the configuration: %w", err)
	}
	environ := map[string]string{}
	for _, e := range opts.Environ {
		name, value, _ := strings.Cut(e, "=")
		environ[name] = value
	}
	p := &Project{File: file, Dir: filepath.Dir(file), Env: opts.Env, Inputs: []string{file}}
	if p.Env == "" {
		p.Env = environ["CLOUDFLARE_ENV"]
	}
	return p.load(text, environ, opts)
}

// load fills the project from the text of its file.
func (p *Project) load(text []byte, environ map[string]string, opts Options) (*Project, []Warning, error) {
	src := newSource(shown(p.File, opts), text)
	root, err := parse(src, filepath.Ext(p.File))
	if err != nil {
		return nil, nil, err
	}
	r := &reader{src: src}
	s := newScope(r, root, p.Env)
	p.build(s, opts.WithoutMain)
	if err := p.readSecrets(s, environ); err != nil {
		return nil, inOrder(r.warnings), err
	}
	if len(r.errors) > 0 {
		return nil, inOrder(r.warnings), &Error{inOrder(r.errors)}
	}
	return p, inOrder(r.warnings), nil
}

// parse reads the text of a configuration file in the format of its extension.
func parse(src *source, ext string) (*node, error) {
	for _, bom := range []string{"\xff\xfe", "\xfe\xff", "\x00\x00\xfe\xff"} {
		if bytes.HasPrefix(src.text, []byte(bom)) {
			return nil, &Error{[]Problem{src.problem(0, "the file is not UTF-8: save it as UTF-8")}}
		}
	}
	if ext == ".toml" {
		return parseTOML(src)
	}
	return parseJSONC(src)
}

// find gives the absolute path of the configuration file. In each folder and
// those above it wrangler looks for wrangler.json first; only where there is none
// at all for wrangler.jsonc, and only then for wrangler.toml.
func find(opts Options) (string, error) {
	start := opts.Dir
	if opts.File != "" {
		start = opts.File
	}
	start, err := filepath.Abs(start)
	if err != nil {
		return "", fmt.Errorf("find the configuration: %w", err)
	}
	if opts.File != "" {
		return start, nil
	}
	if info, err := os.Stat(start); err != nil || !info.IsDir() {
		return "", fmt.Errorf("find the configuration: %s is not a folder", opts.Dir)
	}
	for _, name := range []string{"wrangler.json", "wrangler.jsonc", "wrangler.toml"} {
		for dir := start; ; dir = filepath.Dir(dir) {
			file := filepath.Join(dir, name)
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
				return file, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", fmt.Errorf("%w in %s or above it", ErrNotFound, start)
}

// shown gives the name that messages use for a file: as the user named it, or
// relative to where the search began if it lies there.
func shown(file string, opts Options) string {
	if opts.File != "" {
		return opts.File
	}
	start, err := filepath.Abs(opts.Dir)
	if err != nil {
		return file
	}
	if rel, err := filepath.Rel(start, file); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return file
}

// readFile reads a file of at most maxFileBytes, without a byte order mark of UTF-8.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the project of the user who runs the command
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("%s is larger than %d bytes", filepath.Base(path), maxFileBytes)
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), nil
}
