// Package project reads a Worker's configuration (wrangler.toml, wrangler.json
// or wrangler.jsonc, one of its environments, and the dotenv files beside it)
// into one [Project], with wrangler's rules for where the file is looked for,
// what an environment inherits and what overrides what. Everything that is
// wrong with a file is reported with its file, line and column, and all of it
// at once.
package project

import (
	"encoding/json"
	"path/filepath"
)

// Project is what one configuration file says about a Worker, for one
// environment. Nothing changes it after [Load], except that the caller may
// settle CompatibilityDate.
type Project struct {
	// File is the absolute path of the configuration file and Dir its folder,
	// the project's root: esbuild works there and relative paths start there.
	File, Dir string
	// Env is the chosen environment, "" for the top level.
	Env string
	// Name is the Worker's name, with "-ENV" behind it where an environment
	// inherits it; "" where the file gives none.
	Name string
	// Main is the absolute path of the entry file, "" only with [Options.WithoutMain].
	// MainPos is where the file names it.
	Main    string
	MainPos Position

	// CompatibilityDate is "" where the file has none: the caller puts the date
	// that the runtime will be given before it bundles.
	CompatibilityDate  string
	CompatibilityFlags []string

	// Vars are the plain variables and the secrets of the dotenv files, which
	// override them, in the order of the files.
	Vars           []Var
	D1Databases    []D1Database
	Services       []Service
	DurableObjects []DurableObject
	// Migrations are those of Durable Object classes, not of databases.
	Migrations []ClassMigration
	Crons      []string

	Bundle Bundle
	Build  Build
	Dev    Dev

	// Inputs are the absolute paths of the files that decided what is in here,
	// those that were looked for and do not exist included: a change of one of
	// them is a reason to load again.
	Inputs []string
}

// Path makes a path of the configuration absolute.
func (p *Project) Path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.Dir, path)
}

// Var is one variable of the Worker's environment: a text or, where JSON is not
// nil, a JSON value.
type Var struct {
	Name   string
	Text   string
	JSON   json.RawMessage
	Secret bool // it came from a dotenv file: not to be shown
}

// D1Database is one entry of d1_databases.
type D1Database struct {
	Binding   string
	Name      string // database_name
	ID        string // database_id
	PreviewID string // preview_database_id
	// MigrationsDir is as written, relative to the project's root; "migrations" by default.
	MigrationsDir string
	// MigrationsTable is "d1_migrations" by default.
	MigrationsTable string
	// MigrationsPattern is a glob below MigrationsDir; "" for every *.sql file in it.
	MigrationsPattern string
	Pos               Position
}

// LocalID is what names the database during development: the preview id, else
// the id, else the binding's name.
func (d D1Database) LocalID() string {
	switch {
	case d.PreviewID != "":
		return d.PreviewID
	case d.ID != "":
		return d.ID
	}
	return d.Binding
}

// Service is one entry of services: another Worker, or one entrypoint of it.
type Service struct {
	Binding    string
	Service    string
	Entrypoint string          // "" for the default export
	Props      json.RawMessage // nil for none
	Pos        Position
}

// DurableObject is one entry of durable_objects.bindings. ScriptName is "" for a
// class of this Worker.
type DurableObject struct {
	Name       string
	ClassName  string
	ScriptName string
	Pos        Position
}

// ClassMigration is one entry of migrations: what happened to the Durable Object
// classes at a tag.
type ClassMigration struct {
	Tag              string
	NewClasses       []string
	NewSQLiteClasses []string
	DeletedClasses   []string
	Renamed          []ClassRename
}

// ClassRename is one entry of renamed_classes.
type ClassRename struct{ From, To string }

// SQLiteClasses gives the class names, after all renames and deletions, whose
// storage is SQLite.
func (p *Project) SQLiteClasses() map[string]bool {
	classes := map[string]bool{}
	for _, m := range p.Migrations {
		for _, c := range m.NewSQLiteClasses {
			classes[c] = true
		}
		for _, r := range m.Renamed {
			if classes[r.From] {
				delete(classes, r.From)
				classes[r.To] = true
			}
		}
		for _, c := range m.DeletedClasses {
			delete(classes, c)
		}
	}
	return classes
}

// Bundle is what the file says about bundling.
type Bundle struct {
	NoBundle bool
	// FindAdditionalModules is nil where the file does not say: then they are
	// looked for only without bundling.
	FindAdditionalModules *bool
	PreserveFileNames     bool
	// BaseDir is where additional modules are looked for, absolute; the folder
	// of Main by default.
	BaseDir     string
	Rules       []Rule
	Define      map[string]string
	Alias       map[string]string
	JSXFactory  string // "React.createElement" by default
	JSXFragment string // "React.Fragment" by default
	TSConfig    string // absolute; "" for the nearest tsconfig.json
	Minify      bool
	KeepNames   bool // true by default
}

// Rule says which type of module the files that match one of Globs are.
type Rule struct {
	Type  string // ESModule, CommonJS, Text, Data or CompiledWasm
	Globs []string
	// Fallthrough lets later rules of the same type count as well. nil, where the
	// file does not say, means false, and hiding a later rule is warned about.
	Fallthrough *bool
	Pos         Position
}

// Build is the custom build: a command of the shell that runs before bundling.
type Build struct {
	Command   string   // "" for none
	Cwd       string   // absolute
	WatchDirs []string // absolute: a change below one of them runs Command again
	Pos       Position
}

// Dev is how the development server listens.
type Dev struct {
	IP   string // "" where the file does not say
	Port int    // -1 where the file does not say
}
