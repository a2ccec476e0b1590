package cli_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/cli"
)

func TestSplitSQL(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"empty", "", nil},
		{"only blanks and semicolons", " ;\n; -- a;b\n /* ; */ ", nil},
		{"one without semicolon", "  SELECT 1 ", []string{"1: SELECT 1"}},
		{"two", "SELECT 1; SELECT 2;", []string{"1: SELECT 1;", "1: SELECT 2;"}},
		{"lines are counted through comments and strings", "-- one\nSELECT 'a\nb;';\n\n/* x\n */ SELECT 2", []string{"2: SELECT 'a\nb;';", "6: SELECT 2"}},
		{"quotes of every kind", "SELECT ';', \";\", `;`, [;]; SELECT 'it''s;'", []string{"1: SELECT ';', \";\", `;`, [;];", "1: SELECT 'it''s;'"}},
		{
			"a trigger is one statement",
			"CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN 1 THEN 2 END; DELETE FROM b; END; SELECT 1",
			[]string{"1: CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN 1 THEN 2 END; DELETE FROM b; END;", "1: SELECT 1"},
		},
		{"temp trigger, lower case, comments between", "create /* c */ temp trigger t begin select 1;end;select 2", []string{"1: create /* c */ temp trigger t begin select 1;end;", "1: select 2"}},
		{"a table called trigger is no trigger", "CREATE TABLE trigger(a); SELECT 1", []string{"1: CREATE TABLE trigger(a);", "1: SELECT 1"}},
		{"string left open", "SELECT 1; SELECT 'a;", []string{"1: SELECT 1;", "1: SELECT 'a;"}},
		{"comment left open", "SELECT 1; /* a;", []string{"1: SELECT 1;"}},
		{"a minus is no comment", "SELECT 1 - 1; SELECT -1", []string{"1: SELECT 1 - 1;", "1: SELECT -1"}},
	} {
		if got := cli.SplitForTest(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// FuzzSplitSQL holds the cutter to what needs no knowledge of SQL: nothing is
// made up, nothing but blanks, comments and empty statements is lost, and
// lines are counted right.
func FuzzSplitSQL(f *testing.F) {
	f.Add("SELECT 1; SELECT ';'; -- x\nCREATE TRIGGER t BEGIN SELECT 1; END;")
	f.Fuzz(func(t *testing.T, text string) {
		rest := text
		for _, s := range cli.SplitForTest(text) {
			_, body, _ := strings.Cut(s, ": ")
			if strings.TrimSpace(body) == "" {
				t.Fatalf("empty statement from %q", text)
			}
			_, after, found := strings.Cut(rest, body)
			if !found {
				t.Fatalf("%q is not in %q, in this order", body, text)
			}
			rest = after
			if again := cli.SplitForTest(body); len(again) != 1 || again[0] != "1: "+body {
				t.Fatalf("%q cut again gives %q", body, again)
			}
		}
	})
}
