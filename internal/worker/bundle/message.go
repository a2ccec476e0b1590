package bundle

import (
	"strings"

	"github.com/evanw/esbuild/pkg/api"
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
