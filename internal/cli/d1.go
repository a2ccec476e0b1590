package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/app"
	"github.com/dione-db/dione/internal/config"
	"github.com/dione-db/dione/internal/worker/project"
)

// waitForFolder is how long a command waits for another one that has the data
// folder and serves nobody, such as a second "dione d1 execute".
const waitForFolder = 15 * time.Second

// dataFlags is what every command needs that touches the data folder.
type dataFlags struct{ data string }

func (f *dataFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.data, "data", "", "`folder` with the databases (default $DIONE_DATA, else ~/.local/share/dione)")
}

func (f *dataFlags) dir(env *Env) (string, error) {
	return config.DataDir(f.data, env.Dir, env.getenv)
}

// connect gives the databases of the data folder: opened here when it is free,
// else through the process that has it.
func (f *dataFlags) connect(ctx context.Context, env *Env) (*app.Connection, error) {
	dir, err := f.dir(env)
	if err != nil {
		return nil, err
	}
	return app.Connect(ctx, nodeOptions(env, dir))
}

// databaseFlags are the flags that wrangler gives to every command about one
// database.
type databaseFlags struct {
	dataFlags

	config, env, cwd       string
	local, remote, preview bool
	json                   bool
}

func (f *databaseFlags) register(flags *pflag.FlagSet) {
	f.dataFlags.register(flags)
	flags.StringVarP(&f.config, "config", "c", "", "the wrangler `file` (default: the nearest from the current folder up)")
	flags.StringVarP(&f.env, "env", "e", "", "the environment of the wrangler file, by `name`")
	flags.StringVar(&f.cwd, "cwd", "", "run as if started in this `folder`")
	flags.BoolVar(&f.local, "local", false, "use the databases of the data folder (the default)")
	flags.BoolVar(&f.remote, "remote", false, "use the databases of a server (not possible yet)")
}

func (f *databaseFlags) registerJSON(flags *pflag.FlagSet) {
	flags.BoolVar(&f.json, "json", false, "print JSON alone, errors too")
}

func (f *databaseFlags) registerPreview(flags *pflag.FlagSet) {
	flags.BoolVar(&f.preview, "preview", false, "use the preview_database_id of the binding, and nothing else")
}

// dir is the folder where the search for the wrangler file starts.
func (f *databaseFlags) dir(env *Env) string {
	if f.cwd == "" {
		return env.Dir
	}
	return env.path(f.cwd)
}

// check refuses what the flags ask for and nobody can give yet.
func (f *databaseFlags) check() error {
	switch {
	case f.remote && f.local:
		return usagef("d1", "--local and --remote exclude each other")
	case f.remote:
		return errors.New("--remote is not possible yet: this version reaches the databases of this machine only; " +
			"leave the flag out to use them")
	}
	return nil
}

// project reads the wrangler file, if there is one. Nil without error means
// that there is none and that none was asked for.
func (f *databaseFlags) project(env *Env) (*project.Project, error) {
	opts := project.Options{Dir: f.dir(env), Env: f.env, WithoutMain: true, Environ: env.Environ}
	if f.config != "" {
		opts.File = f.config
		if !filepath.IsAbs(opts.File) {
			opts.File = filepath.Join(f.dir(env), f.config)
		}
	}
	p, warnings, err := project.Load(opts)
	switch {
	case err == nil:
		f.warn(env, warnings)
		return p, nil
	case errors.Is(err, project.ErrNotFound) && f.config == "" && f.env == "":
		return nil, nil //nolint:nilnil // no file is an ordinary case: names are looked up among all databases
	case errors.Is(err, project.ErrNotFound) && f.config == "":
		return nil, fmt.Errorf("--env needs a wrangler file, and there is none in %s or above: %w", opts.Dir, err)
	}
	return nil, err
}

// warn shows what is odd about the wrangler file, unless a program reads along.
func (f *databaseFlags) warn(env *Env, warnings []project.Warning) {
	if f.json {
		return
	}
	for _, w := range warnings {
		fmt.Fprintf(env.Stderr, "warning: %s\n", w)
	}
}

// entries gives what the wrangler file says about databases.
func (f *databaseFlags) entries(env *Env) ([]d1Entry, error) {
	p, err := f.project(env)
	if err != nil || p == nil {
		return nil, err
	}
	entries := entriesOf(p)
	if f.preview {
		return previewEntries(entries), nil
	}
	return entries, nil
}

func entriesOf(p *project.Project) []d1Entry {
	entries := make([]d1Entry, len(p.D1Databases))
	for i, db := range p.D1Databases {
		entries[i] = d1Entry{
			binding: db.Binding, databaseName: db.Name, databaseID: db.ID, previewID: db.PreviewID,
			migrations: migrationSource{dir: p.Path(db.MigrationsDir), pattern: db.MigrationsPattern, table: db.MigrationsTable},
		}
	}
	return entries
}

// previewEntries leaves only the preview ids.
func previewEntries(entries []d1Entry) []d1Entry {
	for i := range entries {
		entries[i].databaseID = ""
	}
	return entries
}

// opened is a database that a command works on, and the way to it.
type opened struct {
	databaseArg

	svc   d1.Service
	close func() error
}

// open finds the database an argument names. The caller must call close.
func (f *databaseFlags) open(ctx context.Context, env *Env, name string, missing ifMissing) (*opened, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	entries, err := f.entries(env)
	if err != nil {
		return nil, err
	}
	if e := findEntry(entries, name); f.preview && (e == nil || e.previewID == "") {
		return nil, fmt.Errorf("--preview needs a preview_database_id for %q in the wrangler file", name)
	}
	conn, err := f.connect(ctx, env)
	if err != nil {
		return nil, err
	}
	r := resolver{svc: conn.Service, entries: entries, missing: missing}
	arg, err := r.resolve(ctx, name)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &opened{databaseArg: arg, svc: conn.Service, close: conn.Close}, nil
}

// closing runs f and closes o after it; an error of f counts more.
func (o *opened) closing(f func() error) error {
	err := f()
	if closeErr := o.close(); err == nil {
		err = closeErr
	}
	return err
}
