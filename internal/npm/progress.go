package npm

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Phase is how far a package is.
type Phase int

const (
	// Downloading comes at the start and with every piece.
	Downloading Phase = iota
	// Downloaded comes once, after the hash was found right.
	Downloaded
)

// Event is one step of a download. After a failed attempt it starts anew.
type Event struct {
	// Package is name@version.
	Package string
	// Phase says what happened.
	Phase Phase
	// Bytes came so far; Total is 0 when the registry does not say.
	Bytes, Total int64
}

// Bar shows downloads to a person. One goroutine at a time.
type Bar struct {
	w        io.Writer
	terminal bool
	pkg      string
	start    time.Time
	drawn    time.Time
}

// NewBar makes a bar that redraws one line of a terminal, or writes a plain line
// at the start and at the end where w is none.
func NewBar(w io.Writer, terminal bool) *Bar { return &Bar{w: w, terminal: terminal} }

// IsTerminal says whether a person is likely to look at w, at a terminal that
// can redraw a line.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	fi, err := f.Stat()
	return err == nil && fi.Mode()&os.ModeCharDevice != 0
}

// redrawEvery is how often a person's eye wants a new number.
const redrawEvery = 100 * time.Millisecond

// Show is what [Fetcher.Progress] wants.
func (b *Bar) Show(e Event) {
	now := time.Now()
	fresh := e.Package != b.pkg
	if fresh {
		b.pkg, b.start = e.Package, now
	}
	switch {
	case e.Phase == Downloaded:
		b.clear()
		fmt.Fprintf(b.w, "fetched %s (%s in %.1f s)\n", e.Package, size(e.Bytes), now.Sub(b.start).Seconds())
		b.pkg = ""
	case !b.terminal && fresh:
		fmt.Fprintf(b.w, "fetching %s%s\n", e.Package, of(e.Total))
	case b.terminal && (fresh || now.Sub(b.drawn) >= redrawEvery):
		b.drawn = now
		fmt.Fprintf(b.w, "\r\x1b[Kfetching %s %s", e.Package, gauge(e))
	}
}

// clear takes the line away.
func (b *Bar) clear() {
	if b.terminal {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}

// gauge draws how much is there.
func gauge(e Event) string {
	if e.Total <= 0 || e.Bytes > e.Total {
		return size(e.Bytes)
	}
	const width = 24
	full := int(e.Bytes * width / e.Total)
	return fmt.Sprintf("[%s%s] %d%% of %s", strings.Repeat("=", full), strings.Repeat(" ", width-full), e.Bytes*100/e.Total, size(e.Total))
}

func of(total int64) string {
	if total <= 0 {
		return ""
	}
	return " (" + size(total) + ")"
}

func size(n int64) string {
	if n < 100_000 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
