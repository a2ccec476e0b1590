// Package obs makes the logger that a process hands to its rooms.
package obs

import (
	"fmt"
	"io"
	"log/slog"
)

// The formats of a log.
const (
	FormatText = "text" // key=value, for people
	FormatJSON = "json" // one object per line, for programs
)

// NewLogger makes a logger that writes lines of level and above to w, which
// takes them whole and one at a time. It fails for a format that is neither
// [FormatText] nor [FormatJSON].
func NewLogger(w io.Writer, format string, level slog.Leveler) (*slog.Logger, error) {
	o := &slog.HandlerOptions{Level: level}
	switch format {
	case FormatText:
		return slog.New(slog.NewTextHandler(w, o)), nil
	case FormatJSON:
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, fmt.Errorf("unknown log format %q: use %q or %q", format, FormatText, FormatJSON)
}

// ParseLevel reads "debug", "info", "warn" or "error", in any case.
func ParseLevel(s string) (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		return 0, fmt.Errorf("unknown log level %q: use \"debug\", \"info\", \"warn\" or \"error\"", s)
	}
	return l, nil
}
