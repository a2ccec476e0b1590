package binding

import (
	"fmt"
	"io"
	"net/url"

	"github.com/dione-db/dione/d1"
)

// shape is how the client wants the results.
type shape uint8

const (
	shapeObjects shape = iota // [{"a":1}]: NONE, ARRAY_OF_OBJECTS, and whatever we do not know
	shapeColumns              // {"columns":["a"],"rows":[[1]]}
)

// columnsQuery is the query string of all(), first(), raw() and batch().
const columnsQuery = "resultsFormat=ROWS_AND_COLUMNS"

// shapeOf reads the query string of a request.
func shapeOf(rawQuery string) shape {
	if rawQuery == columnsQuery {
		return shapeColumns
	}
	if values, err := url.ParseQuery(rawQuery); err == nil && values.Get("resultsFormat") == "ROWS_AND_COLUMNS" {
		return shapeColumns
	}
	return shapeObjects
}

// format is the shape of the rows alone.
func (s shape) format() d1.Format {
	if s == shapeColumns {
		return d1.FormatArrays
	}
	return d1.FormatObjects
}

// inlineMax is the most bytes of rows that are copied into an answer's own
// memory; longer ones are sent from where they are.
const inlineMax = 32 << 10

// answer is the body of one response: text of its own with rows in between.
type answer struct {
	text []byte
	rows []insert
}

// insert is rows that belong in front of text[at:].
type insert struct {
	at   int
	json []byte
}

// success makes the answer to a request that ran: one element per statement.
// The rows must not change until the answer is written.
func (a *answer) success(s shape, results []d1.Result) {
	a.reset()
	a.text = append(a.text, '[')
	for i := range results {
		if i > 0 {
			a.text = append(a.text, ',')
		}
		res := &results[i]
		a.text = append(a.text, `{"success":true,"results":`...)
		if s == shapeColumns {
			a.text = append(a.text, `{"columns":`...)
			a.array(res.Rows.ColumnsJSON)
			a.text = append(a.text, `,"rows":`...)
			a.array(res.Rows.JSON)
			a.text = append(a.text, '}')
		} else {
			a.array(res.Rows.JSON)
		}
		a.text = append(a.text, `,"meta":`...)
		a.text = res.Meta.AppendJSON(a.text)
		a.text = append(a.text, '}')
	}
	a.text = append(a.text, ']')
}

// array appends a JSON array that is ready; empty stands for one without elements.
func (a *answer) array(json []byte) {
	switch {
	case len(json) == 0:
		a.text = append(a.text, "[]"...)
	case len(json) <= inlineMax:
		a.text = append(a.text, json...)
	default:
		a.rows = append(a.rows, insert{at: len(a.text), json: json})
	}
}

// failure makes the answer to a request that failed: one object, never an
// array, and a text that is never empty.
func (a *answer) failure(text string) {
	a.reset()
	a.text = append(a.text, `{"success":false,"error":`...)
	a.text = d1.AppendString(a.text, text)
	a.text = append(a.text, '}')
}

// size is the length of the body in bytes.
func (a *answer) size() int {
	n := len(a.text)
	for i := range a.rows {
		n += len(a.rows[i].json)
	}
	return n
}

// writeTo writes the body.
func (a *answer) writeTo(w io.Writer) error {
	from := 0
	for _, ins := range a.rows {
		for _, part := range [][]byte{a.text[from:ins.at], ins.json} {
			if _, err := w.Write(part); err != nil {
				return fmt.Errorf("write answer: %w", err)
			}
		}
		from = ins.at
	}
	if _, err := w.Write(a.text[from:]); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

// reset empties the answer and lets go of the rows of others.
func (a *answer) reset() {
	clear(a.rows)
	a.text, a.rows = a.text[:0], a.rows[:0]
}

// trim empties the answer and gives back memory that is not worth keeping.
func (a *answer) trim() {
	a.reset()
	if cap(a.text) > keepBytes {
		a.text = nil
	}
	if cap(a.rows) > keepStatements {
		a.rows = nil
	}
}
