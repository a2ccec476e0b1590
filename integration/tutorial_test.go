package integration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// codeBlock finds the blocks of code in a document.
var codeBlock = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")

// TestTutorial does what docs/tutorial.md says, word for word, but for the port.
func TestTutorial(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "tutorial.md"))
	if err != nil {
		t.Fatal(err)
	}
	data, dir := t.TempDir(), t.TempDir()
	var worker *example
	printed := ""
	for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
		switch language, code := block[1], block[2]; language {
		case "toml":
			appendTo(t, filepath.Join(dir, "wrangler.toml"), code)
		case "sql":
			appendTo(t, filepath.Join(dir, "migrations", "0001_visits.sql"), code)
		case "js":
			appendTo(t, filepath.Join(dir, "src", "index.js"), code)
		case "sh":
			if strings.TrimSpace(code) == "dione dev" {
				worker = startExample(t, data, dir)
				continue
			}
			if worker != nil {
				code = strings.ReplaceAll(code, "http://127.0.0.1:8787", worker.url)
			}
			printed += tutorialShell(t, data, dir, code)
			if strings.Contains(code, "cd guestbook") {
				dir = filepath.Join(dir, "guestbook")
			}
		}
	}
	for _, want := range []string{
		`{"visit":1}`, `{"visit":2}`, `"name":"Ada"`, `"rowsRead":2}`, `"rowsRead":1}`, "│ Grace │ 1      │", "│ num_tables            │ 2 ",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("following the tutorial does not print %q:\n%s", want, printed)
		}
	}
}

func appendTo(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// tutorialShell runs commands as a reader would. Who has no curl cannot follow the tutorial.
func tutorialShell(t *testing.T, data, dir, code string) string {
	t.Helper()
	program, err := exampleProgram()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("curl"); err != nil && strings.Contains(code, "curl") {
		t.Skip("curl is not installed")
	}
	cmd := exec.Command("sh", "-e", "-c", code)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DIONE_DATA="+data, "PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", code, err, out)
	}
	return string(out)
}
