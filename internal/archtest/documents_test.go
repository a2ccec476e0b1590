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
