package d1_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/dione-db/dione/d1"
)

func TestAppendString(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", `""`},
		{"é😀\u2028\u007f", "\"é😀\u2028\u007f\""},
		{"a\"\\\n\r\t\b\f\x00\x1f<>&", `"a\"\\\n\r\t\b\f\u0000\u001f<>&"`},
		{"\xff", "\"\uFFFD\""},
		{"\xef\xbf\xbd", "\"\uFFFD\""},
		{"\xef", "\"\uFFFD\""},
		{"\xef\xbfx", "\"\uFFFDx\""}, // the longest start of a character counts once
		{"\xe2\x82\xe2\x82\xac", "\"\uFFFD€\""},
		{"\xed\xa0\x80", "\"\uFFFD\uFFFD\uFFFD\""}, // a surrogate
		{"\xf4\x90\x80\x80", "\"\uFFFD\uFFFD\uFFFD\uFFFD\""},
		{"\xf0\x9f\x98", "\"\uFFFD\""},
	} {
		if got := string(d1.AppendString(nil, tc.in)); got != tc.want {
			t.Errorf("%q: %s, want %s", tc.in, got, tc.want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"a\"\\", "\xef\xbf", "é\x00😀", "\xf0\x9f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := d1.AppendString([]byte("x"), s)
		var back string
		if err := json.Unmarshal(b[1:], &back); err != nil || !utf8.Valid(b) {
			t.Fatalf("%q: %q, %v", s, b, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	})
}

func TestDatabaseIDsAndNames(t *testing.T) {
	id := d1.NewDatabaseID()
	if got, ok := d1.ParseDatabaseID(string(id)); !ok || got != id {
		t.Errorf("%q does not parse: %q", id, got)
	}
	if got, ok := d1.ParseDatabaseID("ABCDEF01-2345-6789-abcd-EF0123456789"); !ok || got != "abcdef01-2345-6789-abcd-ef0123456789" {
		t.Errorf("upper case gives %q, %v", got, ok)
	}
	for _, s := range []string{"", "x", "../../etc/passwd", "abcdef01-2345-6789-abcd-ef012345678", "abcdef01-2345-6789-abcd-ef012345678g"} {
		if got, ok := d1.ParseDatabaseID(s); ok {
			t.Errorf("%q parses as %q", s, got)
		}
	}
	for name, good := range map[string]bool{
		"a": true, "My-db_1": true, "": false, "a b": false, "é": false, "a/b": false,
		string(make([]byte, 65)): false, string(id): false,
	} {
		if err := d1.CheckName(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
