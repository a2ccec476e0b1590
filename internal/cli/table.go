package cli

import (
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// table is text in columns with a box around every cell, as wrangler draws
// its tables.
type table struct {
	header []string // nil for none
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write draws the table. Cells may have several lines.
func (t *table) write(w io.Writer) error {
	rows := t.rows
	if t.header != nil {
		rows = append([][]string{t.header}, rows...)
	}
	if len(rows) == 0 {
		return nil
	}
	widths := make([]int, len(rows[0]))
	split := make([][][]string, len(rows))
	for i, row := range rows {
		split[i] = make([][]string, len(row))
		for j, cell := range row {
			split[i][j] = cellLines(cell)
			for _, line := range split[i][j] {
				widths[j] = max(widths[j], displayWidth(line))
			}
		}
	}
	var b strings.Builder
	rule(&b, widths, "┌", "┬", "┐")
	for i, row := range split {
		if i > 0 {
			rule(&b, widths, "├", "┼", "┤")
		}
		drawRow(&b, row, widths)
	}
	rule(&b, widths, "└", "┴", "┘")
	_, err := io.WriteString(w, b.String())
	return err
}

func rule(b *strings.Builder, widths []int, left, middle, right string) {
	b.WriteString(left)
	for i, n := range widths {
		if i > 0 {
			b.WriteString(middle)
		}
		b.WriteString(strings.Repeat("─", n+2))
	}
	b.WriteString(right + "\n")
}

func drawRow(b *strings.Builder, cells [][]string, widths []int) {
	height := 1
	for _, lines := range cells {
		height = max(height, len(lines))
	}
	for y := range height {
		for x, lines := range cells {
			line := ""
			if y < len(lines) {
				line = lines[y]
			}
			b.WriteString("│ " + line + strings.Repeat(" ", widths[x]-displayWidth(line)+1))
		}
		b.WriteString("│\n")
	}
}

func cellLines(cell string) []string {
	lines := strings.Split(strings.TrimSuffix(cell, "\n"), "\n")
	for i, line := range lines {
		lines[i] = visible(strings.TrimSuffix(line, "\r"))
	}
	return lines
}

// displayWidth counts the columns that s takes on a terminal.
func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		default:
			n++
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				n++
			}
		}
	}
	return n
}
