package project_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dione-db/dione/internal/worker/project"
)

// TestLoad runs every archive of testdata/load. Its comment holds the options
// ("env: NAME", "environ: NAME=value", "file: PATH", "without main", "in: DIR"); the files named
// want.* say what comes out. UPDATE=1 writes them anew.
func TestLoad(t *testing.T) {
	archives, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			dir := unpack(t, archive, want)
			got := outcome(t, dir, options(dir, string(archive.Comment)))
			if os.Getenv("UPDATE") != "" {
				update(t, path, archive, got)
				return
			}
			for name := range union(got, want) {
				if got[name] != want[name] {
					t.Errorf("%s is\n%s\nwant\n%s", name, got[name], want[name])
				}
			}
		})
	}
}

func union(a, b map[string]string) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
}

// unpack writes the files of an archive, and keeps the want.* ones in want.
func unpack(t *testing.T, archive *txtar.Archive, want map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "want.") {
			want[f.Name] = string(f.Data)
			continue
		}
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func options(dir, comment string) project.Options {
	o := project.Options{Dir: dir}
	for line := range strings.Lines(comment) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "env":
			o.Env = value
		case "environ":
			o.Environ = append(o.Environ, value)
		case "file":
			o.File = filepath.Join(dir, value)
		case "in":
			o.Dir = filepath.Join(dir, value)
		case "without main":
			o.WithoutMain = true
		}
	}
	return o
}

// outcome loads and tells the result as files.
func outcome(t *testing.T, dir string, opts project.Options) map[string]string {
	t.Helper()
	got := map[string]string{}
	plain := func(s string) string { return strings.ReplaceAll(s, dir, "DIR") + "\n" }
	p, warnings, err := project.Load(opts)
	if err != nil {
		got["want.error"] = plain(err.Error())
	} else {
		got["want.json"] = plain(told(t, p))
	}
	if len(warnings) > 0 {
		lines := make([]string, len(warnings))
		for i, w := range warnings {
			lines[i] = w.String()
		}
		got["want.warnings"] = plain(strings.Join(lines, "\n"))
	}
	return got
}

// told gives a project as JSON, without what is empty.
func told(t *testing.T, p *project.Project) string {
	t.Helper()
	text, err := json.Marshal(p) //nolint:musttag // only to compare
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	text, err = json.MarshalIndent(pruned(all), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pruned takes the empty values out of the objects in v.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			value = pruned(value)
			if m, ok := value.(map[string]any); ok && len(m) == 0 || value == nil || value == "" || value == false || value == 0. {
				delete(v, key)
			}
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
	}
	return v
}

func update(t *testing.T, path string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	fresh := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "want.") {
			fresh.Files = append(fresh.Files, f)
		}
	}
	for _, name := range []string{"want.error", "want.warnings", "want.json"} {
		if text, ok := got[name]; ok {
			fresh.Files = append(fresh.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	}
	if err := os.WriteFile(path, txtar.Format(fresh), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadWithoutAFile(t *testing.T) {
	t.Parallel()
	_, _, err := project.Load(project.Options{Dir: t.TempDir()})
	if !errors.Is(err, project.ErrNotFound) {
		t.Errorf("error %v, want one that is %v", err, project.ErrNotFound)
	}
	_, _, err = project.Load(project.Options{File: filepath.Join(t.TempDir(), "none.toml")})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want one that is %v", err, os.ErrNotExist)
	}
}

func TestProblemsCarryTheirLine(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "wrangler.toml")
	if err := os.WriteFile(file, []byte("name = \"a\"\r\nmain = 3\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := project.Load(project.Options{File: file})
	e, ok := errors.AsType[*project.Error](err)
	if !ok || len(e.Problems) != 1 {
		t.Fatalf("error %v, want one problem", err)
	}
	got := e.Problems[0]
	if got.Line != 2 || got.Column != 8 || got.Source != "main = 3" {
		t.Errorf("problem at %d:%d of line %q, want 2:8 of %q", got.Line, got.Column, got.Source, "main = 3")
	}
}

func TestLocalID(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]project.D1Database{
		"preview": {Binding: "DB", ID: "id", PreviewID: "preview"},
		"id":      {Binding: "DB", ID: "id"},
		"DB":      {Binding: "DB", Name: "name"},
	} {
		if got := d.LocalID(); got != want {
			t.Errorf("local id %q, want %q", got, want)
		}
	}
}

func TestSQLiteClasses(t *testing.T) {
	t.Parallel()
	p := project.Project{Migrations: []project.ClassMigration{
		{Tag: "v1", NewSQLiteClasses: []string{"A", "B", "C"}, NewClasses: []string{"K"}},
		{Tag: "v2", Renamed: []project.ClassRename{{From: "A", To: "D"}, {From: "K", To: "L"}}, DeletedClasses: []string{"B"}},
	}}
	got := p.SQLiteClasses()
	if len(got) != 2 || !got["C"] || !got["D"] {
		t.Errorf("classes %v, want C and D", got)
	}
}

func TestD1SnippetIsReadBack(t *testing.T) {
	t.Parallel()
	want := project.D1Database{Binding: "DB", Name: `my "db"`, ID: "0000"}
	for _, ext := range []string{".toml", ".jsonc"} {
		file := filepath.Join(t.TempDir(), "wrangler"+ext)
		if err := os.WriteFile(file, []byte(project.D1Snippet(ext, want)), 0o600); err != nil {
			t.Fatal(err)
		}
		p, _, err := project.Load(project.Options{File: file, WithoutMain: true})
		if err != nil {
			t.Fatal(err)
		}
		got := p.D1Databases[0]
		if got.Binding != want.Binding || got.Name != want.Name || got.ID != want.ID {
			t.Errorf("%s: %+v, want %+v", ext, got, want)
		}
	}
}

func TestBindingName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"my-db": "my_db", "prod  d1.database": "prod_d1database", "3rd": "_3rd", "--": "DB", "": "DB", "É": "DB",
	} {
		if got := project.BindingName(name); got != want {
			t.Errorf("binding of %q is %q, want %q", name, got, want)
		}
	}
}
