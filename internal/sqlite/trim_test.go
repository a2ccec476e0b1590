package sqlite_test

import (
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/sqlite"
)

func TestTrim(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{" \t\r\n\f", ""},
		{"SELECT 1", "SELECT 1"},
		{"  SELECT 1 ;; ", "  SELECT 1"},
		{"SELECT 1\u00a0\v;\u2028\ufeff", "SELECT 1"},
		{"SELECT é\u0085", "SELECT é\u0085"},
		{"\u00a0\v", ""},
		{"SELECT 1 /*", "SELECT 1"},
		{"/*", ""},
		{"SELECT 1 -- x", "SELECT 1"},
		{"SELECT 1 /* x */ /* y", "SELECT 1"},
		{"SELECT 1 /*/ x", "SELECT 1"},
		{"-- x\nSELECT 1", "-- x\nSELECT 1"},
		{"SELECT '-- x'", "SELECT '-- x'"},
		{"SELECT 'it''s; /* x */'; --", "SELECT 'it''s; /* x */'"},
		{`SELECT "a;--b" -- c`, `SELECT "a;--b"`},
		{"SELECT `a;--b`;", "SELECT `a;--b`"},
		{"SELECT [a;'--b] ; /**/", "SELECT [a;'--b]"},
		{"SELECT 'open ; ", "SELECT 'open ; "},
		{"SELECT 1 - -1", "SELECT 1 - -1"},
		{"SELECT 4 / 2", "SELECT 4 / 2"},
		{"SELECT 1 /", "SELECT 1 /"},
		{"/* only */ -- comments\n;", ""},
	} {
		if got := sqlite.Trim(tc.in); got != tc.want {
			t.Errorf("%q: %q, want %q", tc.in, got, tc.want)
		}
	}
}

func FuzzTrim(f *testing.F) {
	for _, s := range []string{"SELECT 1 -- x", "'a;", "[x]/*", "`` ;", "/*/", "\"\"\"--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := sqlite.Trim(s)
		if !strings.Contains(s, got) {
			t.Errorf("%q is no part of %q", got, s)
		}
		if again := sqlite.Trim(got); again != got {
			t.Errorf("%q: a second cut gives %q after %q", s, again, got)
		}
		if rest := sqlite.Trim("x" + got + "\n;"); rest == "" {
			t.Errorf("%q: everything was cut", s)
		}
	})
}
