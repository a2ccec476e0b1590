package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// Messages are errors or warnings about sources, with file, line, column and
// the line itself.
type Messages struct {
	kind api.MessageKind
	list []api.Message
}

// Len is the number of messages.
func (m Messages) Len() int { return len(m.list) }

// Format shows the messages as esbuild does. Colour is for terminals; width is
// that of the terminal, 0 for no limit.
func (m Messages) Format(colour bool, width int) string {
	out := api.FormatMessages(m.list, api.FormatMessagesOptions{Kind: m.kind, Color: colour, TerminalWidth: width})
	return strings.TrimRight(strings.Join(out, ""), "\n")
}

// Error is why a build failed: at least one message.
type Error struct{ Messages }

// Error shows all messages without colour.
func (e *Error) Error() string { return e.Format(false, 0) }

// failure makes an Error; it drops repetitions.
func failure(list ...api.Message) *Error {
	list = slices.CompactFunc(list, func(a, b api.Message) bool {
		return a.Text == b.Text && a.Location != nil && b.Location != nil && *a.Location == *b.Location
	})
	return &Error{Messages{kind: api.ErrorMessage, list: list}}
}

func warnings(list []api.Message) Messages {
	return Messages{kind: api.WarningMessage, list: list}
}

// at makes a message about a place of the configuration.
func at(p *project.Project, pos project.Position, format string, args ...any) api.Message {
	m := api.Message{Text: fmt.Sprintf(format, args...)}
	if pos.Line == 0 {
		return m
	}
	m.Location = &api.Location{File: pos.File, Line: pos.Line, Column: max(pos.Column-1, 0)}
	if text, err := os.ReadFile(p.File); err == nil {
		if lines := strings.Split(string(text), "\n"); pos.Line <= len(lines) {
			m.Location.LineText = strings.TrimSuffix(lines[pos.Line-1], "\r")
		}
	}
	return m
}

// mainMessage says that the entry file cannot be used.
func mainMessage(p *project.Project, format string, args ...any) api.Message {
	return at(p, p.MainPos, format, args...)
}

// shown gives a path as messages name it: relative to the project's root.
func shown(p *project.Project, path string) string {
	if rel, err := filepath.Rel(p.Dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// explain replaces the advice of esbuild, which knows nothing of Workers, in
// messages about imports that were not found.
func explain(list []api.Message, mode nodeMode) []api.Message {
	unresolved := regexp.MustCompile(`^Could not resolve "(.+?)"$`)
	for i := range list {
		m := &list[i]
		match := unresolved.FindStringSubmatch(m.Text)
		if match == nil {
			continue
		}
		if isBuiltin(match[1]) {
			m.Notes = []api.Note{{Text: builtinAdvice(match[1], mode)}}
			continue
		}
		for j, note := range m.Notes {
			if strings.Contains(note.Text, "as external to exclude it from the bundle") {
				m.Notes[j].Text = `If it is a package, install it; else "alias" in the configuration can give another module for it.`
			}
		}
	}
	return list
}

// builtinAdvice says how a Worker gets a module of Node.
func builtinAdvice(name string, mode nodeMode) string {
	text := fmt.Sprintf("The package %q wasn't found on the file system but is built into node.", name)
	if mode == nodeV1 {
		return text + "\nPrefix its name with \"node:\", or use a compatibility_date of 2024-09-23 or later."
	}
	return text + "\nAdd the compatibility flag \"nodejs_compat\" to the configuration."
}
