package archtest_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// link finds the target of a link in Markdown.
var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// heading finds the lines that links can lead to by their text.
var heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)

func TestDocumentsLinkToWhatExists(t *testing.T) {
	root := filepath.Join("..", "..")
	checked := 0
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			checked++
			checkLink(t, root, name, target, anchor)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("read the documents: %v", err)
	}
	if checked == 0 {
		t.Fatal("no link was found: the test looks in the wrong place")
	}
}

// checkLink looks up a relative target, and the heading in it that is meant.
func checkLink(t *testing.T, root, from, target, anchor string) {
	t.Helper()
	file := filepath.Join(root, path.Dir(from), target)
	if target == "" {
		file = filepath.Join(root, from)
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("%s links to %s, which does not exist", from, target)
		return
	}
	if anchor == "" {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%s links into %s, which cannot be read: %v", from, target, err)
		return
	}
	for _, m := range heading.FindAllStringSubmatch(string(text), -1) {
		if slug(m[1]) == anchor {
			return
		}
	}
	t.Errorf("%s links to the heading #%s of %s, which it does not have", from, anchor, target)
}

// commandPath and flagName find the commands and flags of the program in its sources.
var (
	commandPath = regexp.MustCompile(`path: +"([a-z0-9 ]+)",[^\n]*`)
	flagName    = regexp.MustCompile(`flags\.\w+VarP?\(&[^,]+, "([a-z-]+)"`)
)

func TestEveryCommandAndFlagIsInTheReference(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "reference", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob(filepath.Join(root, "internal", "cli", "*.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("no sources of the commands were found: %v", err)
	}
	commands, flags := 0, 0
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range commandPath.FindAllSubmatch(text, -1) {
			if path := string(m[1]); path != "d1" && path != "d1 migrations" { // these two only have others below them
				commands++
				if !strings.Contains(string(page), "\n## `dione "+path) {
					t.Errorf("docs/reference/cli.md has no heading for dione %s", path)
				}
			}
		}
		for _, m := range flagName.FindAllSubmatch(text, -1) {
			flags++
			if !strings.Contains(string(page), "`--"+string(m[1])) {
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
	ids := func(pattern *regexp.Regexp, file string) map[string]bool {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, m := range pattern.FindAllSubmatch(text, -1) {
			found[string(m[1])] = true
		}
		if len(found) == 0 {
			t.Fatalf("no id was found in %s", file)
		}
		return found
	}
	accepted := ids(acceptedID, "integration/accepted.go")
	documented := ids(documentedID, "docs/reference/differences.md")
	for id := range accepted {
		if !documented[id] {
			t.Errorf("docs/reference/differences.md lacks the accepted difference %s", id)
		}
	}
	for id := range documented {
		if !accepted[id] {
			t.Errorf("docs/reference/differences.md has %s, which integration/accepted.go does not accept", id)
		}
	}
}

// slug is what becomes of a heading's text in a link, for the headings we write.
func slug(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case strings.ContainsRune("`,.:()?!'/", r):
			return -1
		}
		return r
	}, strings.ToLower(text))
	return text
}
