package archtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
)

// read gives a file of the module as text.
func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// commandPath and flagName find the commands and flags of the program in its sources.
var (
	commandPath = regexp.MustCompile(`path: +"([a-z0-9 ]+)",`)
	flagName    = regexp.MustCompile(`flags\.\w+VarP?\(&[^,]+, "([a-z-]+)"`)
)

func TestEveryCommandAndFlagIsInTheReference(t *testing.T) {
	page := read(t, "docs", "reference", "cli.md")
	sources, err := filepath.Glob(filepath.Join("..", "..", "internal", "cli", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	commands, flags := 0, 0
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text := read(t, "internal", "cli", filepath.Base(file))
		for _, m := range commandPath.FindAllStringSubmatch(text, -1) {
			if m[1] == "d1" || m[1] == "d1 migrations" { // they only have others below them
				continue
			}
			commands++
			if !strings.Contains(page, "\n## `dione "+m[1]) {
				t.Errorf("docs/reference/cli.md has no heading for dione %s", m[1])
			}
		}
		for _, m := range flagName.FindAllStringSubmatch(text, -1) {
			flags++
			if !strings.Contains(page, "`--"+m[1]) {
				t.Errorf("docs/reference/cli.md does not mention --%s", m[1])
			}
		}
	}
	if commands < 10 || flags < 10 {
		t.Fatalf("%d commands and %d flags were found: the test no longer understands the sources", commands, flags)
	}
}

// acceptedID finds the ids of accepted differences in the sources, and documentedID in the page about them.
var (
	acceptedID   = regexp.MustCompile(`ID: +"([a-z0-9-]+)"`)
	documentedID = regexp.MustCompile("(?m)^\\| `([a-z0-9]+(?:-[a-z0-9]+)+)` \\|")
)

func TestEveryAcceptedDifferenceIsDocumented(t *testing.T) {
	same(t, acceptedID, []string{"integration", "accepted.go"}, documentedID, []string{"docs", "reference", "differences.md"})
}

// codeNumber finds the codes of errors in the sources, and documentedCode in the page about them.
var (
	codeNumber     = regexp.MustCompile(`(?m)^\tCode\w+ +Code = (\d+)`)
	documentedCode = regexp.MustCompile(`(?m)^\| (\d+) \|`)
)

func TestEveryCodeIsDocumented(t *testing.T) {
	same(t, codeNumber, []string{"d1", "codes.go"}, documentedCode, []string{"docs", "reference", "errors.md"})
}

// same compares what a pattern finds in a source with what another one finds in a document.
func same(t *testing.T, inSource *regexp.Regexp, source []string, inPage *regexp.Regexp, page []string) {
	t.Helper()
	find := func(pattern *regexp.Regexp, path []string) map[string]bool {
		found := map[string]bool{}
		for _, m := range pattern.FindAllStringSubmatch(read(t, path...), -1) {
			found[m[1]] = true
		}
		if len(found) == 0 {
			t.Fatalf("nothing was found in %s: the test no longer understands it", strings.Join(path, "/"))
		}
		return found
	}
	is, said := find(inSource, source), find(inPage, page)
	for id := range is {
		if !said[id] {
			t.Errorf("%s lacks %s", strings.Join(page, "/"), id)
		}
	}
	for id := range said {
		if !is[id] {
			t.Errorf("%s has %s, which %s does not have", strings.Join(page, "/"), id, strings.Join(source, "/"))
		}
	}
}

func TestEveryLimitIsDocumented(t *testing.T) {
	page := read(t, "docs", "reference", "limits.md")
	l := d1.Cloudflare()
	for name, value := range map[string]int{
		"SQLBytes": l.SQLBytes, "Parameters": l.Parameters, "Columns": l.Columns, "ValueBytes": l.ValueBytes,
		"ExprDepth": l.ExprDepth, "CompoundTerms": l.CompoundTerms, "VdbeOps": l.VdbeOps, "FunctionArgs": l.FunctionArgs,
		"PatternBytes": l.PatternBytes, "TriggerDepth": l.TriggerDepth, "QueryTime": int(l.QueryTime.Seconds()),
		"DatabaseBytes": int(l.DatabaseBytes / 1e9), "ResultBytes": int(l.ResultBytes >> 20), "MaxNameLength": d1.MaxNameLength,
	} {
		if text := "| " + thousands(value); !strings.Contains(page, text) {
			t.Errorf("docs/reference/limits.md does not mention %s, %s", name, text)
		}
	}
}

// thousands spells a number as the documents do: 100,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
