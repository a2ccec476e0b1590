package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/durable"
)

// Names that wrangler gives to a project that says nothing.
const (
	defaultMigrationsDir   = "migrations"
	defaultMigrationsTable = "d1_migrations"
)

// migrationSource says where the migrations of a database are.
type migrationSource struct {
	dir string // absolute
	// pattern is a glob below dir; "" for every .sql file in it.
	pattern string
	table   string
}

// migrator applies the migrations of one source to one database and keeps
// wrangler's table of what was applied, so that both tools can take turns.
type migrator struct {
	migrationSource

	svc d1.Service
	db  d1.DatabaseID
}

// files gives the names of the migrations, relative to the folder, in the
// order in which they are applied: by their number, then by name. A missing
// folder has none.
func (m *migrationSource) files() ([]string, error) {
	var names []string
	err := filepath.WalkDir(m.dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(m.dir, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case e.IsDir() && m.pattern == "" && name != ".":
			return filepath.SkipDir
		case !e.IsDir() && m.matches(name):
			names = append(names, name)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(migrationNumber(a), migrationNumber(b)), cmp.Compare(a, b))
	})
	return names, nil
}

func (m *migrationSource) matches(name string) bool {
	if m.pattern == "" {
		return strings.HasSuffix(name, ".sql")
	}
	return globMatches(strings.Split(m.pattern, "/"), strings.Split(name, "/"))
}

// globMatches compares a glob with a path, part by part; "**" stands for any
// number of parts.
func globMatches(glob, parts []string) bool {
	switch {
	case len(glob) == 0:
		return len(parts) == 0
	case glob[0] == "**":
		return globMatches(glob[1:], parts) || len(parts) > 0 && globMatches(glob, parts[1:])
	case len(parts) == 0:
		return false
	}
	ok, err := path.Match(glob[0], parts[0])
	return err == nil && ok && globMatches(glob[1:], parts[1:])
}

// migrationNumber is the number a file name starts with; names without one
// come last.
func migrationNumber(name string) int {
	digits := name
	if i := strings.IndexFunc(name, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		digits = name[:i]
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return int(^uint(0) >> 1)
	}
	return n
}

// quoted is the table's name as SQL.
func (m *migrationSource) quoted() string { return `"` + strings.ReplaceAll(m.table, `"`, `""`) + `"` }

// applied gives the names in the table, in their order there. A database
// without the table has none; it is left as it is.
func (m *migrator) applied(ctx context.Context) ([]string, error) {
	var table d1.Params
	table.AppendText(m.table)
	resp, err := m.query(ctx, d1.Statement{SQL: "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?", Params: table})
	if err != nil {
		return nil, err
	}
	if resp.Results[0].Rows.Count == 0 {
		return nil, nil
	}
	resp, err = m.query(ctx, d1.Statement{SQL: "SELECT name FROM " + m.quoted() + " ORDER BY id"})
	if err != nil {
		return nil, err
	}
	var rows [][]string
	if err := json.Unmarshal(resp.Results[0].Rows.JSON, &rows); err != nil {
		return nil, fmt.Errorf("the table %s is not one of migrations: %w", m.table, err)
	}
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row[0]
	}
	return names, nil
}

func (m *migrator) query(ctx context.Context, stmts ...d1.Statement) (d1.QueryResponse, error) {
	resp, err := m.svc.Query(ctx, d1.QueryRequest{Database: m.db, Statements: stmts, Format: d1.FormatArrays})
	if err != nil {
		return resp, fmt.Errorf("read the applied migrations: %w", err)
	}
	return resp, nil
}

// pending gives the migrations that are not applied yet, in order.
func (m *migrator) pending(ctx context.Context) ([]string, error) {
	files, err := m.files()
	if err != nil || len(files) == 0 {
		return nil, err
	}
	applied, err := m.applied(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(files, func(name string) bool { return slices.Contains(applied, name) }), nil
}

// prepare makes the table of applied migrations.
func (m *migrator) prepare(ctx context.Context) error {
	_, err := m.svc.Query(ctx, d1.QueryRequest{Database: m.db, Statements: []d1.Statement{{
		SQL: "CREATE TABLE IF NOT EXISTS " + m.quoted() + "(\n" +
			"\t\tid         INTEGER PRIMARY KEY AUTOINCREMENT,\n" +
			"\t\tname       TEXT UNIQUE,\n" +
			"\t\tapplied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL\n)",
	}}})
	if err != nil {
		return fmt.Errorf("make the table %s: %w", m.table, err)
	}
	return nil
}

// migrationRun tells what one migration did.
type migrationRun struct {
	statements int
	duration   time.Duration
}

// apply runs one migration and notes it in the table, in one transaction: on
// an error nothing of it stays. The error names the file, the statement and
// its line.
func (m *migrator) apply(ctx context.Context, name string) (migrationRun, error) {
	text, err := os.ReadFile(filepath.Join(m.dir, name)) //nolint:gosec // the file comes from the listing of that folder
	if err != nil {
		return migrationRun{}, fmt.Errorf("read the migration: %w", err)
	}
	if at := invalidUTF8(text); at > 0 {
		return migrationRun{}, fmt.Errorf("migration %s: line %d is not UTF-8 text; save the file as UTF-8", name, at)
	}
	statements := splitSQL(strings.TrimPrefix(string(text), "\ufeff"))
	var note d1.Params
	note.AppendText(name)
	request := d1.QueryRequest{Database: m.db, Format: d1.FormatArrays}
	for _, s := range statements {
		request.Statements = append(request.Statements, d1.Statement{SQL: s.text})
	}
	request.Statements = append(request.Statements, d1.Statement{SQL: "INSERT INTO " + m.quoted() + " (name) VALUES (?)", Params: note})
	resp, err := m.svc.Query(ctx, request)
	if err != nil {
		return migrationRun{}, migrationError(name, statements, err)
	}
	run := migrationRun{statements: len(resp.Results)}
	for i := range resp.Results {
		run.duration += resp.Results[i].Meta.SQLDuration
	}
	return run, nil
}

// migrationError puts the place of a refused statement in front of what SQLite
// said.
func migrationError(name string, statements []sqlStatement, err error) error {
	e, ok := errors.AsType[*d1.Error](err)
	if !ok || e.Statement < 1 || e.Statement > len(statements) {
		return fmt.Errorf("migration %s: %w", name, err)
	}
	line := statements[e.Statement-1].line
	return fmt.Errorf("migration %s, statement %d at line %d: %w", name, e.Statement, line, err)
}

// create writes an empty migration with the next number and gives its path.
func (m *migrationSource) create(message string, now time.Time) (string, error) {
	files, err := m.files()
	if err != nil {
		return "", err
	}
	next := 1
	for _, name := range files {
		if n := migrationNumber(name); n < 1_000_000 && n >= next {
			next = n + 1
		}
	}
	name := fmt.Sprintf("%04d_%s.sql", next, migrationSlug(message))
	if err := durable.MkdirAll(m.dir, 0o755); err != nil {
		return "", fmt.Errorf("make the migrations folder: %w", err)
	}
	file := filepath.Join(m.dir, name)
	text := fmt.Sprintf("-- Migration number: %04d \t %s\n", next, now.UTC().Format("2006-01-02T15:04:05.000Z"))
	if err := durable.WriteFile(file, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("write the migration: %w", err)
	}
	return file, nil
}

// migrationSlug makes a message fit for a file name.
func migrationSlug(message string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '/' || r == '\\' || r == ':' || r < 0x20 {
			return '_'
		}
		return r
	}, strings.TrimSpace(message))
}

// invalidUTF8 gives the 1-based line of the first byte that is no UTF-8, 0
// where all is well.
func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return 0
	}
	line := 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		text = text[size:]
	}
	return 0
}
