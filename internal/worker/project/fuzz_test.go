package project_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dione-db/dione/internal/worker/project"
)

// FuzzLoad feeds the reader any text as a configuration of either format and as
// a dotenv file beside one. Whatever is wrong must be said at a place that the
// file has.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range []string{"wrangler.toml", "wrangler.jsonc", ".dev.vars", ".env"} {
			dir := t.TempDir()
			file := filepath.Join(dir, "wrangler.toml")
			if strings.HasPrefix(name, ".") {
				write(t, file, []byte("main = \"a.js\""))
			} else {
				file = filepath.Join(dir, name)
			}
			write(t, filepath.Join(dir, name), text)
			for _, env := range []string{"", "staging"} {
				_, _, err := project.Load(project.Options{File: file, Env: env})
				if err != nil {
					checkError(t, err, text)
				}
			}
		}
	})
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func checkError(t *testing.T, err error, text []byte) {
	t.Helper()
	e, ok := errors.AsType[*project.Error](err)
	if !ok {
		t.Fatalf("error %v of type %T", err, err)
	}
	lines := 1 + strings.Count(string(text), "\n")
	if len(e.Problems) == 0 {
		t.Error("an error without problems")
	}
	for _, p := range e.Problems {
		if p.Text == "" || p.Line < 0 || p.Line > lines || p.Line > 0 && p.Column < 1 {
			t.Errorf("problem %+v in a text of %d lines", p, lines)
		}
	}
}

// TestHostileFilesEndSoon holds that nesting and repetition in a file of the
// largest size neither overflow the stack nor take long.
func TestHostileFilesEndSoon(t *testing.T) {
	t.Parallel()
	const size, smaller = 1<<20 - 16, 1 << 18
	texts := map[string]string{
		"toml brackets": "a = " + strings.Repeat("[", size),
		"toml braces":   "a = " + strings.Repeat("{a=", size/3),
		"toml dots":     strings.Repeat("a.", smaller/2) + "a = 1",
		"toml header":   "[" + strings.Repeat("a.", smaller/2) + "a]",
		"toml arrays":   strings.Repeat("[[a]]\n", smaller/6),
		"json brackets": strings.Repeat("[", size),
		"json objects":  strings.Repeat(`{"a":`, size/5),
		"json comments": strings.Repeat("/**/", size/4),
		"json keys":     `{"a":1` + strings.Repeat(`,"a":1`, smaller/6) + "}",
		"vars quotes":   strings.Repeat("A=\"\n", size/4),
		"vars escapes":  "A='" + strings.Repeat(`\'`, size/2-2),
		"env dollars":   "A=" + strings.Repeat("${A:", size/4),
	}
	valid := []string{"toml dots", "toml header", "toml arrays", "json keys", "vars quotes", "vars escapes", "env dollars"}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "wrangler.toml")
			switch format, _, _ := strings.Cut(name, " "); format {
			case "json":
				file = filepath.Join(dir, "wrangler.json")
				write(t, file, []byte(text))
			case "vars", "env":
				write(t, file, []byte("main = \"a.js\""))
				write(t, filepath.Join(dir, map[string]string{"vars": ".dev.vars", "env": ".env"}[format]), []byte(text))
			default:
				write(t, file, []byte(text))
			}
			_, _, err := project.Load(project.Options{File: file, WithoutMain: true})
			if valid := slices.Contains(valid, name); (err == nil) != valid {
				t.Errorf("error %v, want one: %v", err, !valid)
			}
		})
	}
}
