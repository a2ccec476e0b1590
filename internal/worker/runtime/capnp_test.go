package runtime

import (
	"strconv"
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"":               `""`,
		"plain text":     `"plain text"`,
		"\"\\'":          `"\"\\'"`,
		"\n\r\t\x00\x7f": `"\n\x0d\x09\x00\x7f"`,
		"é\xff":          `"\xc3\xa9\xff"`,
		`\x41\n`:         `"\\x41\\n"`,
		"# , ) ]":        `"# , ) ]"`,
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) is %s, want %s", in, got, want)
		}
	}
}

// FuzzQuote reads the string back. Go's own syntax has the same escapes.
func FuzzQuote(f *testing.F) {
	f.Add("a\"b\\c\x00\xff\n")
	f.Fuzz(func(t *testing.T, s string) {
		q := quote(s)
		back, err := strconv.Unquote(q)
		if err != nil || back != s {
			t.Errorf("%s reads as %q, %v; want %q", q, back, err, s)
		}
		if strings.ContainsAny(q, "\n\r\x00") {
			t.Errorf("%q is not one plain line", q)
		}
	})
}

// TestLinesWithoutEnd holds that output cuts, keeps, and passes on what it gets.
func TestLinesWithoutEnd(t *testing.T) {
	var sink strings.Builder
	o := &output{sink: &sink}
	write := func(s string) {
		if n, err := o.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("wrote %d of %d, %v", n, len(s), err)
		}
	}
	write("one\r\ntw")
	write("o\n\nthr")
	if sink.Len() > 0 {
		t.Errorf("passed on before the release: %q", sink.String())
	}
	o.release()
	write("ee\n" + strings.Repeat("x", 2*lineMax+1))
	o.flush()
	o.flush()
	x := strings.Repeat("x", lineMax) + "\n"
	if want := "one\ntwo\n\nthree\n" + x + x + "x\n"; sink.String() != want {
		t.Errorf("passed on %d bytes %.40q, want %d", sink.Len(), sink.String(), len(want))
	}
	write(strings.Repeat("y\n", 3*keepLines))
	if got := o.last(); len(got) != keepLines || got[0] != "y" {
		t.Errorf("kept %d lines, want %d", len(got), keepLines)
	}
}
