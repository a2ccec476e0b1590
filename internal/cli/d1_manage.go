package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/dione-db/dione/d1"
)

// createdAtFormat is how D1 spells a point in time.
const createdAtFormat = "2006-01-02T15:04:05.000Z"

// createFlags are those of "dione d1 create".
type createFlags struct {
	databaseFlags

	binding, location, jurisdiction string
}

func setupCreate(flags *pflag.FlagSet) runFunc {
	f := &createFlags{}
	f.register(flags)
	f.registerJSON(flags)
	flags.StringVar(&f.binding, "binding", "", "the `name` of the binding in the block to copy (default: made from the database's name)")
	flags.StringVar(&f.location, "location", "", "accepted for wrangler's sake; the database is on this machine")
	flags.StringVar(&f.jurisdiction, "jurisdiction", "", "accepted for wrangler's sake; the database is on this machine")
	return f.run
}

func (f *createFlags) run(ctx context.Context, env *Env, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	conn, err := f.connect(ctx, env)
	if err != nil {
		return err
	}
	db, err := conn.Service.CreateDatabase(ctx, d1.CreateDatabaseRequest{Name: args[0]})
	if err = errors.Join(err, conn.Close()); err != nil {
		return err
	}
	if f.location != "" || f.jurisdiction != "" {
		fmt.Fprintln(env.Stderr, "note: --location and --jurisdiction change nothing: the database is on this machine")
	}
	if f.json {
		return writeJSON(env.Stdout, newDatabaseJSON(db))
	}
	binding := f.binding
	if binding == "" {
		binding = bindingName(db.Name)
	}
	fmt.Fprintf(env.Stdout, "✅ Successfully created DB '%s' (%s)\n\n"+
		"To use it in a Worker, add this to the wrangler file:\n%s", db.Name, db.ID, f.snippet(env, db, binding))
	return nil
}

// snippet is the entry of the wrangler file, in the format that the project
// uses.
func (f *createFlags) snippet(env *Env, db d1.Database, binding string) string {
	jsonc := false
	if p, err := f.project(env); err == nil && p != nil {
		ext := filepath.Ext(p.File)
		jsonc = ext == ".json" || ext == ".jsonc"
	}
	if jsonc {
		return fmt.Sprintf("{\n  \"d1_databases\": [\n    {\n      \"binding\": %q,\n      \"database_name\": %q,\n      \"database_id\": %q\n    }\n  ]\n}\n",
			binding, db.Name, db.ID)
	}
	return fmt.Sprintf("[[d1_databases]]\nbinding = %q\ndatabase_name = %q\ndatabase_id = %q\n", binding, db.Name, db.ID)
}

// bindingName makes a name that JavaScript takes as a property.
func bindingName(database string) string {
	name := strings.ReplaceAll(database, "-", "_")
	if name[0] >= '0' && name[0] <= '9' {
		name = "DB_" + name
	}
	return name
}

// databaseJSON is a database as wrangler lists it.
type databaseJSON struct {
	UUID         d1.DatabaseID `json:"uuid"`
	Name         string        `json:"name"`
	Version      string        `json:"version"`
	CreatedAt    string        `json:"created_at"`
	Jurisdiction *string       `json:"jurisdiction"`
}

func newDatabaseJSON(db d1.Database) databaseJSON {
	return databaseJSON{UUID: db.ID, Name: db.Name, Version: "production", CreatedAt: createdAt(db)}
}

func createdAt(db d1.Database) string { return db.CreatedAt.UTC().Format(createdAtFormat) }

func setupList(flags *pflag.FlagSet) runFunc {
	f := &databaseFlags{}
	f.register(flags)
	f.registerJSON(flags)
	return f.list
}

func (f *databaseFlags) list(ctx context.Context, env *Env, _ []string) error {
	if err := f.check(); err != nil {
		return err
	}
	conn, err := f.connect(ctx, env)
	if err != nil {
		return err
	}
	databases, err := allDatabases(ctx, conn.Service)
	if err = errors.Join(err, conn.Close()); err != nil {
		return err
	}
	if f.json {
		out := make([]databaseJSON, len(databases))
		for i, db := range databases {
			out[i] = newDatabaseJSON(db)
		}
		return writeJSON(env.Stdout, out)
	}
	if len(databases) == 0 {
		fmt.Fprintln(env.Stdout, "There are no databases. Make one with \"dione d1 create <name>\".")
		return nil
	}
	t := table{header: []string{"uuid", "name", "version", "created_at", "jurisdiction"}}
	for _, db := range databases {
		t.add(string(db.ID), db.Name, "production", createdAt(db), "")
	}
	return t.write(env.Stdout)
}

// allDatabases reads every page of the list.
func allDatabases(ctx context.Context, svc d1.Service) ([]d1.Database, error) {
	var all []d1.Database
	for page := 1; ; page++ {
		resp, err := svc.Databases(ctx, d1.ListRequest{Page: page})
		if err != nil {
			return nil, fmt.Errorf("list the databases: %w", err)
		}
		all = append(all, resp.Databases...)
		if len(resp.Databases) == 0 || len(all) >= resp.Total {
			return all, nil
		}
	}
}

func setupInfo(flags *pflag.FlagSet) runFunc {
	f := &databaseFlags{}
	f.register(flags)
	f.registerJSON(flags)
	f.registerPreview(flags)
	return f.info
}

// infoJSON is a database as "wrangler d1 info" shows it, without the numbers of
// the last day, which nobody counts here.
type infoJSON struct {
	UUID            d1.DatabaseID     `json:"uuid"`
	Name            string            `json:"name"`
	CreatedAt       string            `json:"created_at"`
	NumTables       int               `json:"num_tables"`
	RunningInRegion *string           `json:"running_in_region"`
	ReadReplication map[string]string `json:"read_replication"`
	Jurisdiction    *string           `json:"jurisdiction"`
	DatabaseSize    int64             `json:"database_size"`
}

func (f *databaseFlags) info(ctx context.Context, env *Env, args []string) error {
	o, err := f.open(ctx, env, args[0], refuseMissing)
	if err != nil {
		return err
	}
	var db d1.Database
	err = o.closing(func() error {
		db, err = o.svc.Database(ctx, string(o.ID))
		return err
	})
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(env.Stdout, infoJSON{
			UUID: db.ID, Name: db.Name, CreatedAt: createdAt(db), NumTables: db.NumTables, DatabaseSize: db.FileSize,
			ReadReplication: map[string]string{"mode": "disabled"},
		})
	}
	t := table{header: []string{db.Name, string(db.ID)}}
	t.add("name", db.Name)
	t.add("created_at", createdAt(db))
	t.add("num_tables", strconv.Itoa(db.NumTables))
	t.add("database_size", byteSize(db.FileSize))
	t.add("read_replication.mode", "disabled")
	return t.write(env.Stdout)
}

// byteSize spells a size for people, in powers of ten as wrangler does.
func byteSize(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	size, unit := float64(n), 0
	for size >= 999.5 && unit < len(units)-1 {
		size /= 1000
		unit++
	}
	return strconv.FormatFloat(size, 'g', 3, 64) + " " + units[unit]
}

// deleteFlags are those of "dione d1 delete".
type deleteFlags struct {
	databaseFlags

	yes bool
}

func setupDelete(flags *pflag.FlagSet) runFunc {
	f := &deleteFlags{}
	f.register(flags)
	f.registerJSON(flags)
	flags.BoolVarP(&f.yes, "skip-confirmation", "y", false, "do not ask")
	return f.run
}

func (f *deleteFlags) run(ctx context.Context, env *Env, args []string) error {
	o, err := f.open(ctx, env, args[0], refuseMissing)
	if err != nil {
		return err
	}
	return o.closing(func() error {
		if !f.json {
			fmt.Fprintf(env.Stdout, "About to delete the database '%s' (%s).\n"+
				"This action is irreversible and will permanently delete all data in the database.\n\n", o.Name, o.ID)
		}
		if err := f.confirm(ctx, env); err != nil {
			return err
		}
		if err := o.svc.DeleteDatabase(ctx, o.ID); err != nil {
			return fmt.Errorf("delete %q: %w", o.Name, err)
		}
		if f.json {
			return writeJSON(env.Stdout, map[string]json.RawMessage{"deleted": d1.AppendString(nil, string(o.ID))})
		}
		fmt.Fprintf(env.Stdout, "Deleted '%s' successfully.\n", o.Name)
		return nil
	})
}

// confirm asks a person. Where nobody can be asked, the flag must say it:
// data is not deleted by default.
func (f *deleteFlags) confirm(ctx context.Context, env *Env) error {
	switch {
	case f.yes:
		return nil
	case f.json || !env.Interactive:
		return errors.New("nothing was deleted: there is nobody to ask, so the command needs --skip-confirmation (-y)")
	}
	fmt.Fprint(env.Stderr, "Ok to proceed? [y/N] ")
	answer, err := readLine(ctx, env.Stdin)
	if err != nil {
		return fmt.Errorf("nothing was deleted: read the answer: %w", err)
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}

// readLine reads one line, or gives up when ctx ends. Then the reader stays
// behind with what it reads; the program is about to end.
func readLine(ctx context.Context, r io.Reader) (string, error) {
	type line struct {
		text string
		err  error
	}
	lines := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(r).ReadString('\n')
		lines <- line{strings.TrimSpace(text), err}
	}()
	select {
	case l := <-lines:
		return l.text, l.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// now is the clock of commands that write the time down.
func now() time.Time { return time.Now() }
