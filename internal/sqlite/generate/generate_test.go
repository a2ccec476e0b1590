package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake is a file that every edit fits, once.
func fake() string {
	var s strings.Builder
	for _, e := range edits() {
		if !e.inInterpreter {
			s.WriteString(e.from + "  /* " + e.anchor + " */\n  more\n" + e.to + "\n")
		}
	}
	s.WriteString(interpreter)
	for _, e := range edits() {
		if e.inInterpreter {
			s.WriteString("  " + e.from + "\n  " + e.anchor + "\n  more\n" + e.to + "next\n")
		}
	}
	return s.String() + accessorMark
}

func TestPatchChangesEverySpotAndNothingElse(t *testing.T) {
	src := fake()
	got, err := patch(src)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits() {
		at := strings.Index(got, e.from)
		region := got[at:]
		region = region[:strings.Index(region, e.to)]
		switch e.place {
		case before:
			if !strings.Contains(region, e.text+"\n  "+e.anchor) {
				t.Errorf("%q: %q", e.from, region)
			}
		case after:
			if !strings.Contains(region, e.anchor+"\n"+e.text+"\n") && !strings.Contains(region, e.anchor+" */\n"+e.text+"\n") {
				t.Errorf("%q: %q", e.from, region)
			}
		case instead:
			if strings.Contains(region, e.anchor) || !strings.Contains(region, e.text) {
				t.Errorf("%q: %q", e.from, region)
			}
		}
	}
	back := got
	for _, e := range edits() {
		if e.place == instead {
			back = strings.Replace(back, e.text, e.anchor, 1)
		} else {
			back = strings.Replace(back, e.text+"\n", "", 1)
		}
	}
	if back = strings.Replace(back, accessor, "", 1); back != src {
		t.Error("taking the edits out again does not give the source")
	}
}

func TestPatchFailsUnlessEverythingIsThereOnce(t *testing.T) {
	for i, e := range edits() {
		for _, c := range []struct{ name, src string }{
			{"anchor gone", strings.Replace(fake(), e.from, e.from+e.to+"\n", 1)},
			{"start gone", strings.ReplaceAll(fake(), e.from, "-")},
			{"start twice", fake() + e.from},
		} {
			if _, err := patch(c.src); err == nil {
				t.Errorf("edit %d: %s: no error", i, c.name)
			}
		}
		twice := strings.ReplaceAll(fake(), "more\n"+e.to, e.anchor+"\n"+e.to)
		if _, err := patch(twice); err == nil || !strings.Contains(err.Error(), "2 times") {
			t.Errorf("edit %d: anchor twice: %v", i, err)
		}
	}
	for name, src := range map[string]string{
		"no interpreter": strings.Replace(fake(), interpreter, "", 1),
		"no end mark":    strings.Replace(fake(), accessorMark, "", 1),
		"empty":          "",
	} {
		if _, err := patch(src); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestUnknownAmalgamationIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sqlite3.c")
	if err := os.WriteFile(file, []byte("#define SQLITE_VERSION        \"3.1.2\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.h")
	for _, from := range []string{dir, file} {
		err := run(t.Context(), []string{"-from", from, "-o", out}, &strings.Builder{})
		for _, part := range []string{"version 3.1.2", "want version " + sqliteVersion, amalgamSHA256, source().String()} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("error %v does not say %q", err, part)
			}
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
	for _, args := range [][]string{{"-from", t.TempDir(), "-o", out}, {"-from", file + "x", "-o", out}, {"x"}, {"-nope"}} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func TestCurrentFileIsLeftAlone(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.h")
	text := "int x;\n"
	for _, c := range []struct {
		name, content string
		want          bool
	}{
		{"as written", stamp(text) + text, true},
		{"changed by hand", stamp(text) + text + "\n", false},
		{"other edits", strings.Replace(stamp(text), editsHash(), "0123456789abcdef", 1) + text, false},
		{"other source", strings.Replace(stamp(text), amalgamSHA256, strings.Repeat("0", 64), 1) + text, false},
		{"no stamp", text, false},
		{"empty", "", false},
	} {
		if err := os.WriteFile(out, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := current(out); got != c.want {
			t.Errorf("%s: current %v, want %v", c.name, got, c.want)
		}
	}
	if current(out + "x") {
		t.Error("a missing file is current")
	}
}

// TestGenerateFromTheRegistry is the whole way, with the real package.
func TestGenerateFromTheRegistry(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.h")
	var log strings.Builder
	for range 2 {
		if err := run(t.Context(), []string{"-o", out}, &log); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "wrote "); n != 1 {
		t.Errorf("written %d times, want once:\n%s", n, log.String())
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"SQLITE_API void sqlite3_stmt_rowcounts(", "#define SQLITE_VERSION        \"" + sqliteVersion + "\""} {
		if strings.Count(string(b), part) != 1 {
			t.Errorf("the output does not hold %q once", part)
		}
	}
}
