package cli_test

import (
	"testing"

	"github.com/dione-db/dione/internal/cli"
)

func TestDisplayWidth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "✅": 2, "🕒\ufe0f": 2, "│": 1, "Ａ": 2} {
		if got := cli.DisplayWidth(text); got != want {
			t.Errorf("%q is %d columns wide, want %d", text, got, want)
		}
	}
}

func TestGlobMatches(t *testing.T) {
	for _, c := range []struct {
		glob, path string
		want       bool
	}{
		{"*.sql", "1.sql", true},
		{"*.sql", "a/1.sql", false},
		{"*/migration.sql", "a/migration.sql", true},
		{"*/migration.sql", "a/b/migration.sql", false},
		{"**/*.sql", "1.sql", true},
		{"**/*.sql", "a/b/1.sql", true},
		{"a/**", "b/1.sql", false},
		{"[", "[", false},
	} {
		if got := cli.GlobMatches(c.glob, c.path); got != c.want {
			t.Errorf("%s on %s: %v, want %v", c.glob, c.path, got, c.want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "ab", 2}, {"list", "lsit", 1}, {"create", "crate", 1}, {"kitten", "sitting", 3}} {
		if got := cli.EditDistance(c.a, c.b); got != c.want {
			t.Errorf("%s to %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"create", "list", "info", "delete", "execute", "migrations"}
	for given, want := range map[string]string{"exec": "execute", "lst": "list", "i": "info", "frobnicate": "", "": "", "x": "", "insert": ""} {
		if got := cli.Nearest(given, names); got != want {
			t.Errorf("near %q: %q, want %q", given, got, want)
		}
	}
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{"a/b-1.toml": "a/b-1.toml", "": "''", "my dir": "'my dir'", "it's": `'it'\''s'`, "$x": "'$x'"} {
		if got := cli.ShellWord(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

func TestByteSize(t *testing.T) {
	for size, want := range map[int64]string{0: "0 B", 999: "999 B", 4096: "4.1 kB", 12_345_678: "12.3 MB", 999_999: "1 MB"} {
		if got := cli.ByteSize(size); got != want {
			t.Errorf("%d: %s, want %s", size, got, want)
		}
	}
}
