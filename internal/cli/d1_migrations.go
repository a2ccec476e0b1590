package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"
)

// migrationsSource gives where the migrations of a database are: as the
// wrangler file says, else in the folder of wrangler's default.
func (f *databaseFlags) migrationsSource(env *Env, entry *d1Entry) migrationSource {
	if entry != nil {
		return entry.migrations
	}
	return migrationSource{dir: filepath.Join(f.dir(env), defaultMigrationsDir), table: defaultMigrationsTable}
}

func setupMigrationsCreate(flags *pflag.FlagSet) runFunc {
	f := &databaseFlags{}
	f.register(flags)
	return f.createMigration
}

// createMigration asks no database: the file belongs to the project alone.
func (f *databaseFlags) createMigration(_ context.Context, env *Env, args []string) error {
	entries, err := f.entries(env)
	if err != nil {
		return err
	}
	entry := findEntry(entries, args[0])
	if entry == nil && len(entries) > 0 {
		return fmt.Errorf("the wrangler file has no D1 database with name or binding %q", args[0])
	}
	source := f.migrationsSource(env, entry)
	file, err := source.create(args[1], now())
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "✅ Successfully created Migration '%s'!\n\nThe migration is available for editing here\n%s\n",
		filepath.Base(file), file)
	return nil
}

func setupMigrationsList(flags *pflag.FlagSet) runFunc {
	f := &databaseFlags{}
	f.register(flags)
	f.registerPreview(flags)
	return f.listMigrations
}

func (f *databaseFlags) listMigrations(ctx context.Context, env *Env, args []string) error {
	return f.withPending(ctx, env, args[0], func(_ *opened, _ *migrator, pending []string) error {
		if len(pending) == 0 {
			fmt.Fprintln(env.Stdout, "✅ No migrations to apply!")
			return nil
		}
		fmt.Fprintln(env.Stdout, "Migrations to be applied:")
		t := table{header: []string{"Name"}}
		for _, name := range pending {
			t.add(name)
		}
		return t.write(env.Stdout)
	})
}

// withPending opens a database and calls do with the migrations that it lacks.
func (f *databaseFlags) withPending(ctx context.Context, env *Env, name string,
	do func(o *opened, m *migrator, pending []string) error,
) error {
	o, err := f.open(ctx, env, name, makeBound)
	if err != nil {
		return err
	}
	return o.closing(func() error {
		m := migrator{migrationSource: f.migrationsSource(env, o.entry), svc: o.svc, db: o.ID}
		pending, err := m.pending(ctx)
		if err != nil {
			return err
		}
		return do(o, &m, pending)
	})
}

func setupMigrationsApply(flags *pflag.FlagSet) runFunc {
	f := &databaseFlags{}
	f.register(flags)
	f.registerPreview(flags)
	return f.applyMigrations
}

func (f *databaseFlags) applyMigrations(ctx context.Context, env *Env, args []string) error {
	return f.withPending(ctx, env, args[0], func(o *opened, m *migrator, pending []string) error {
		if len(pending) == 0 {
			return f.noMigrations(env, m)
		}
		if err := m.prepare(ctx); err != nil {
			return err
		}
		fmt.Fprintf(env.Stdout, "🌀 Executing on local database %s (%s):\n", o.Name, o.ID)
		return applyAll(ctx, env, m, pending)
	})
}

// noMigrations tells "all applied" and "none there" apart: the second is
// often a folder that is not the one meant.
func (f *databaseFlags) noMigrations(env *Env, m *migrator) error {
	files, err := m.files()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fmt.Fprintf(env.Stderr, "note: there are no migrations in %s\n", m.dir)
	}
	fmt.Fprintln(env.Stdout, "✅ No migrations to apply!")
	return nil
}

// applyAll applies one migration after the other and draws what became of
// each. The first failure ends it; those before stay applied.
func applyAll(ctx context.Context, env *Env, m *migrator, pending []string) error {
	t := table{header: []string{"name", "status"}}
	statements, total := 0, time.Duration(0)
	var failure error
	for _, name := range pending {
		if failure != nil {
			t.add(name, "🕒")
			continue
		}
		run, err := m.apply(ctx, name)
		if err != nil {
			failure = err
			t.add(name, "❌")
			continue
		}
		statements, total = statements+run.statements, total+run.duration
		t.add(name, "✅")
	}
	fmt.Fprintf(env.Stdout, "🚣 Executed %s in %s\n", plural(statements, "command"), milliseconds(total))
	return errors.Join(t.write(env.Stdout), failure)
}
