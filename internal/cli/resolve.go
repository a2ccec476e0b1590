package cli

import (
	"context"
	"fmt"

	"github.com/dione-db/dione/d1"
)

// d1Entry is what a wrangler file says about one D1 binding.
type d1Entry struct {
	binding      string
	databaseName string
	databaseID   string
	previewID    string
	migrations   migrationSource
}

// id is the id under which the entry's database lives on this machine: the
// preview id where there is one, as wrangler takes it for local work. It is
// false for a placeholder such as "<your-id>" and for none.
func (e *d1Entry) id() (d1.DatabaseID, bool) {
	if e.previewID != "" {
		return d1.ParseDatabaseID(e.previewID)
	}
	return d1.ParseDatabaseID(e.databaseID)
}

// name is what the entry's database is called where it must be made.
func (e *d1Entry) name() string {
	if e.databaseName != "" {
		return e.databaseName
	}
	return e.binding
}

// findEntry gives the entry that name means: its binding, its database_name,
// or its id.
func findEntry(entries []d1Entry, name string) *d1Entry {
	for _, field := range []func(*d1Entry) string{
		func(e *d1Entry) string { return e.binding },
		func(e *d1Entry) string { return e.databaseName },
		func(e *d1Entry) string { return e.databaseID },
		func(e *d1Entry) string { return e.previewID },
	} {
		for i := range entries {
			if v := field(&entries[i]); v != "" && v == name {
				return &entries[i]
			}
		}
	}
	return nil
}

// lookup gives the database of an entry. Where the id is none, the name
// decides, and after it the name of the binding.
func lookup(ctx context.Context, svc d1.Service, e *d1Entry) (d1.Database, error) {
	names := []string{e.databaseName, e.binding}
	if id, ok := e.id(); ok {
		names = []string{string(id)}
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		db, err := svc.Database(ctx, name)
		if err == nil || d1.KindOf(err) != d1.KindNotFound {
			return db, err
		}
	}
	return d1.Database{}, d1.Errorf(d1.KindNotFound, d1.CodeNotFound, "there is no database for the binding %s on this machine yet; "+
		"\"dione dev\" and \"dione d1 migrations apply %s\" make it", e.binding, e.binding)
}

// ensured is a database that an entry of a wrangler file stands for.
type ensured struct {
	d1.Database
	created bool
	// note says what a person would not expect, "" for nothing.
	note string
}

// ensure gives the database of an entry and makes it when it is missing: a
// real id is kept, so that the file need not change.
func ensure(ctx context.Context, svc d1.Service, e *d1Entry) (ensured, error) {
	db, err := lookup(ctx, svc, e)
	if err == nil || d1.KindOf(err) != d1.KindNotFound {
		return ensured{Database: db}, err
	}
	id, _ := e.id()
	db, err = svc.CreateDatabase(ctx, d1.CreateDatabaseRequest{Name: e.name(), ID: id})
	if err == nil {
		return ensured{Database: db, created: true}, nil
	}
	if d1.KindOf(err) != d1.KindConflict {
		return ensured{}, fmt.Errorf("create the database of the binding %s: %w", e.binding, err)
	}
	return ensureBeside(ctx, svc, e, id, err)
}

// ensureBeside handles a name that is taken: another process may have made the
// very database meanwhile, or another project uses the name under another id.
func ensureBeside(ctx context.Context, svc d1.Service, e *d1Entry, id d1.DatabaseID, taken error) (ensured, error) {
	if db, err := lookup(ctx, svc, e); err == nil {
		return ensured{Database: db}, nil
	}
	if id == "" {
		return ensured{}, fmt.Errorf("create the database of the binding %s: %w", e.binding, taken)
	}
	suffix := "-" + string(id[:8])
	name := e.name()
	name = name[:min(len(name), d1.MaxNameLength-len(suffix))] + suffix
	db, err := svc.CreateDatabase(ctx, d1.CreateDatabaseRequest{Name: name, ID: id})
	if err != nil {
		return ensured{}, fmt.Errorf("create the database of the binding %s: %w", e.binding, err)
	}
	note := fmt.Sprintf("a database named %q exists under another id, so the one of %s is called %q", e.name(), e.binding, name)
	return ensured{Database: db, created: true, note: note}, nil
}

// databaseArg is what the <database> argument of a command turned out to be.
type databaseArg struct {
	d1.Database
	entry *d1Entry // nil where no wrangler file names it
}

// resolver finds the database that an argument names: by the wrangler file of
// the project first, else by name or id among all databases.
type resolver struct {
	svc     d1.Service
	entries []d1Entry
	missing ifMissing
}

// ifMissing says what happens to a database that does not exist.
type ifMissing uint8

const (
	refuseMissing ifMissing = iota
	// makeBound makes the database of a binding, as wrangler does for local work.
	makeBound
	// makeNamed makes any.
	makeNamed
)

func (r *resolver) resolve(ctx context.Context, name string) (databaseArg, error) {
	if e := findEntry(r.entries, name); e != nil {
		if r.missing != refuseMissing {
			db, err := ensure(ctx, r.svc, e)
			return databaseArg{Database: db.Database, entry: e}, err
		}
		db, err := lookup(ctx, r.svc, e)
		return databaseArg{Database: db, entry: e}, err
	}
	db, err := r.svc.Database(ctx, name)
	if err != nil && d1.KindOf(err) == d1.KindNotFound {
		if r.missing != makeNamed {
			return databaseArg{}, notFound(name)
		}
		db, err = r.svc.CreateDatabase(ctx, d1.CreateDatabaseRequest{Name: name})
		return databaseArg{Database: db}, err
	}
	if err != nil {
		return databaseArg{}, fmt.Errorf("look up %q: %w", name, err)
	}
	for i := range r.entries {
		if id, ok := r.entries[i].id(); ok && id == db.ID {
			return databaseArg{Database: db, entry: &r.entries[i]}, nil
		}
	}
	return databaseArg{Database: db}, nil
}

func notFound(name string) error {
	if d1.CheckName(name) != nil {
		return d1.Errorf(d1.KindNotFound, d1.CodeNotFound,
			"there is no database or binding %q; run \"dione d1 list\" to see what there is", name)
	}
	return d1.Errorf(d1.KindNotFound, d1.CodeNotFound, "there is no database or binding named %q; run \"dione d1 create %s\" to make it, "+
		"or \"dione d1 list\" to see what there is", name, name)
}
