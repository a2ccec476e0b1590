package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Meta holds the numbers of an answer that are compared. Times and served_by are not.
type Meta struct {
	Changes     *float64 `json:"changes"`
	LastRowID   *float64 `json:"last_row_id"` // beyond 2^53 a client sees it rounded
	ChangedDB   *bool    `json:"changed_db"`
	SizeAfter   *float64 `json:"size_after"`
	RowsRead    *float64 `json:"rows_read"`
	RowsWritten *float64 `json:"rows_written"`
}

// Outcome is what one statement gave. Rows and objects are kept as the bytes
// that came, spaces aside: both sides spell values the same way.
type Outcome struct {
	Columns string // JSON array; "" for row objects
	Rows    string // JSON array of arrays or of objects
	Meta    Meta
}

// Answer is what a server replied to a [Request].
type Answer struct {
	Status   int
	Error    string // "" on success
	Outcomes []Outcome
}

// Failed reports whether the request was refused.
func (a Answer) Failed() bool { return a.Error != "" }

// Broken reports whether the reference lost its object over the request: it
// starts again with a new connection, and its counters with it.
func Broken(a Answer) bool {
	return strings.HasPrefix(a.Error, "internal error; reference = ") ||
		strings.HasPrefix(a.Error, "Durable Object was reset") || strings.HasSuffix(a.Error, "SQLITE_FULL")
}

// ParseAnswer reads a reply of either side. It fails when the reply does not
// have one of the shapes that the binding understands.
func ParseAnswer(status int, body []byte) (Answer, error) {
	a := Answer{Status: status}
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return a, errors.New("empty reply")
	}
	if body[0] == '{' {
		var failure struct {
			Success *bool  `json:"success"`
			Error   string `json:"error"`
		}
		if err := json.Unmarshal(body, &failure); err != nil {
			return a, fmt.Errorf("read failure %.200q: %w", body, err)
		}
		if failure.Success == nil || *failure.Success || failure.Error == "" {
			return a, fmt.Errorf("an object that is no failure: %.200q", body)
		}
		a.Error = failure.Error
		return a, nil
	}
	var parts []struct {
		Success bool            `json:"success"`
		Results json.RawMessage `json:"results"`
		Meta    Meta            `json:"meta"`
	}
	if err := json.Unmarshal(body, &parts); err != nil {
		return a, fmt.Errorf("read reply %.200q: %w", body, err)
	}
	for _, p := range parts {
		if !p.Success {
			return a, fmt.Errorf("an element without success in %.200q", body)
		}
		o, err := parseOutcome(p.Results)
		if err != nil {
			return a, fmt.Errorf("read results of %.200q: %w", body, err)
		}
		o.Meta = p.Meta
		a.Outcomes = append(a.Outcomes, o)
	}
	return a, nil
}

func parseOutcome(raw json.RawMessage) (Outcome, error) {
	if len(raw) > 0 && raw[0] == '[' {
		rows, err := canonicalObjects(raw)
		return Outcome{Rows: rows}, err
	}
	var table struct {
		Columns json.RawMessage `json:"columns"`
		Rows    json.RawMessage `json:"rows"`
	}
	if err := json.Unmarshal(raw, &table); err != nil {
		return Outcome{}, fmt.Errorf("read rows and columns: %w", err)
	}
	return Outcome{Columns: string(table.Columns), Rows: string(table.Rows)}, nil
}

// canonicalObjects brings row objects into the form that JavaScript gives them
// on reading: of equal keys the last value counts, keys that are array indexes
// come first in numeric order, the others in the order of first appearance.
func canonicalObjects(raw []byte) (string, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		return "", fmt.Errorf("read rows: %w", err)
	}
	var b strings.Builder
	for _, row := range rows {
		if len(row) > 0 && row[0] == '[' {
			b.Write(row)
			continue
		}
		keys, values, err := fields(row)
		if err != nil {
			return "", err
		}
		slices.SortStableFunc(keys, byIndex)
		b.WriteByte('{')
		for _, k := range keys {
			fmt.Fprintf(&b, "%q:%s,", k, values[k])
		}
		b.WriteString("}\n")
	}
	return b.String(), nil
}

// fields gives the keys of a JSON object in order of first appearance, and the last value of each.
func fields(object []byte) ([]string, map[string]string, error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if _, err := dec.Token(); err != nil {
		return nil, nil, fmt.Errorf("read row object: %w", err)
	}
	var keys []string
	values := map[string]string{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("read key: %w", err)
		}
		key := fmt.Sprint(t)
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return nil, nil, fmt.Errorf("read value of %q: %w", key, err)
		}
		if _, seen := values[key]; !seen {
			keys = append(keys, key)
		}
		values[key] = string(v)
	}
	return keys, values, nil
}

func byIndex(a, b string) int {
	i, iIs := arrayIndex(a)
	j, jIs := arrayIndex(b)
	switch {
	case iIs && jIs:
		return int(i) - int(j)
	case iIs:
		return -1
	case jIs:
		return 1
	}
	return 0
}

func arrayIndex(key string) (uint64, bool) {
	n, err := strconv.ParseUint(key, 10, 32)
	return n, err == nil && n < 1<<32-1 && strconv.FormatUint(n, 10) == key
}

// Compare names every field in which the two answers differ, empty when they agree.
func Compare(ours, theirs Answer) []string {
	if ours.Error != theirs.Error {
		return []string{"error"}
	}
	if ours.Status != theirs.Status {
		return []string{"status"}
	}
	if len(ours.Outcomes) != len(theirs.Outcomes) {
		return []string{"count"}
	}
	var diff []string
	for i, o := range ours.Outcomes {
		for _, field := range compareOutcome(o, theirs.Outcomes[i]) {
			if !slices.Contains(diff, field) {
				diff = append(diff, field)
			}
		}
	}
	return diff
}

func compareOutcome(ours, theirs Outcome) []string {
	var diff []string
	note := func(differs bool, field string) {
		if differs {
			diff = append(diff, field)
		}
	}
	note(ours.Columns != theirs.Columns, "columns")
	note(ours.Rows != theirs.Rows, "rows")
	a, b := ours.Meta, theirs.Meta
	note(!same(a.Changes, b.Changes), "changes")
	note(!same(a.LastRowID, b.LastRowID), "last_row_id")
	note(!same(a.ChangedDB, b.ChangedDB), "changed_db")
	note(!same(a.SizeAfter, b.SizeAfter), "size_after")
	note(!same(a.RowsRead, b.RowsRead), "rows_read")
	note(!same(a.RowsWritten, b.RowsWritten), "rows_written")
	return diff
}

func same[T comparable](a, b *T) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

// String spells the answer for a report, long values shortened.
func (a Answer) String() string {
	if a.Failed() {
		return "error " + shorten(a.Error)
	}
	var b strings.Builder
	for i, o := range a.Outcomes {
		if i > 0 {
			b.WriteString("\n    ")
		}
		m := o.Meta
		fmt.Fprintf(&b, "%s %s changes=%s last_row_id=%s changed_db=%s size_after=%s read=%s written=%s",
			shorten(o.Columns), shorten(o.Rows), show(m.Changes), show(m.LastRowID), show(m.ChangedDB),
			show(m.SizeAfter), show(m.RowsRead), show(m.RowsWritten))
	}
	return b.String()
}

func show[T any](p *T) string {
	if p == nil {
		return "missing"
	}
	return fmt.Sprint(*p)
}

func shorten(s string) string {
	if len(s) <= 400 {
		return s
	}
	return fmt.Sprintf("%s … %d bytes … %s", s[:250], len(s), s[len(s)-100:])
}
