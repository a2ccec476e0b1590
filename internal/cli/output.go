package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dione-db/dione/d1"
)

// writeError tells a person what went wrong and what to do.
func writeError(w io.Writer, err error) {
	fmt.Fprintf(w, "dione: %s\n", errorText(err))
	if usage, ok := errors.AsType[*usageError](err); ok {
		fmt.Fprintln(w, usage.hint())
	}
}

// errorText is the message of err. What the boundary hides from a client, the
// cause of an internal error, is what the person at the terminal needs.
func errorText(err error) string {
	text := err.Error()
	e, ok := errors.AsType[*d1.Error](err)
	if !ok || e.Kind == d1.KindSQL || e.Kind == d1.KindInvalid || e.Kind == d1.KindNotFound || e.Kind == d1.KindConflict {
		return text
	}
	if cause := d1.Cause(e); cause != "" && !strings.Contains(text, cause) {
		return text + ": " + cause
	}
	return text
}

// errorJSON is the shape in which wrangler prints an error under --json.
type errorJSON struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Text  string      `json:"text"`
	Notes []errorNote `json:"notes"`
	Kind  string      `json:"kind"`
	Name  string      `json:"name"`
	Code  d1.Code     `json:"code,omitempty"`
}

type errorNote struct {
	Text string `json:"text"`
}

func writeErrorJSON(w io.Writer, err error) {
	body := errorBody{Text: errorText(err), Notes: []errorNote{}, Kind: "error", Name: "Error"}
	if e, ok := errors.AsType[*d1.Error](err); ok {
		body.Name, body.Code = "APIError", e.Code
	}
	if usage, ok := errors.AsType[*usageError](err); ok {
		body.Name = "UsageError"
		body.Notes = append(body.Notes, errorNote{Text: usage.hint()})
	}
	_ = writeJSON(w, errorJSON{Error: body}) // a broken standard output has nobody to tell
}

// writeJSON writes v as JavaScript's JSON.stringify(v, null, 2) would.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode the output: %w", err)
	}
	return writeRawJSON(w, b.Bytes())
}

// writeRawJSON writes one JSON value, indented, with a final line feed.
func writeRawJSON(w io.Writer, raw []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(raw), "", "  "); err != nil {
		return fmt.Errorf("indent the output: %w", err)
	}
	b.WriteByte('\n')
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

// plural spells a count with its noun: "1 row", "2 rows".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// visible makes text safe for a terminal: what a database holds must not move
// the cursor or change the title of the window.
func visible(s string) string {
	clean := func(r rune) bool {
		return r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029'
	}
	if !strings.ContainsFunc(s, clean) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case clean(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
