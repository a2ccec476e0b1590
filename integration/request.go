package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Statement is one element of a request. Params holds what JSON gives:
// float64 or json.Number, string, nil or []any; nil as a whole leaves the key out, as exec does.
type Statement struct {
	SQL    string `json:"sql"`
	Params []any  `json:"params"`
}

// MarshalJSON leaves params out when there are none at all, an empty list stays.
func (s Statement) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	var err error
	if s.Params == nil {
		err = enc.Encode(struct {
			SQL string `json:"sql"`
		}{s.SQL})
	} else {
		err = enc.Encode(struct {
			SQL    string `json:"sql"`
			Params []any  `json:"params"`
		}{s.SQL, s.Params})
	}
	return bytes.TrimSpace(b.Bytes()), err
}

// Request is one call of the binding: what a Worker's run, all, batch or exec sends.
type Request struct {
	// Source says where the request came from: a file and line of the corpus, or the seed.
	Source string
	// Objects asks for row objects (/execute) rather than for rows and columns (/query).
	Objects bool
	// Single sends the one statement as an object and not inside an array.
	Single     bool
	Statements []Statement
	// Fresh starts a new empty database with this request.
	Fresh bool
}

// One makes the request of a single statement with the given parameters.
func One(sql string, params ...any) Request {
	if params == nil {
		params = []any{}
	}
	return Request{Single: true, Statements: []Statement{{SQL: sql, Params: params}}}
}

// Batch makes the request of several statements without parameters.
func Batch(sql ...string) Request {
	r := Request{}
	for _, s := range sql {
		r.Statements = append(r.Statements, Statement{SQL: s, Params: []any{}})
	}
	return r
}

// Path is where the request goes.
func (r Request) Path() string {
	if r.Objects {
		return "/execute?resultsFormat=NONE"
	}
	return "/query?resultsFormat=ROWS_AND_COLUMNS"
}

// Body is the JSON that is sent.
func (r Request) Body() []byte {
	var v any = r.Statements
	switch {
	case r.Single:
		v = r.Statements[0]
	case r.Statements == nil:
		v = []Statement{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("a request that is no JSON: %v", err)) // strings, floats and lists always are
	}
	return bytes.TrimSpace(b.Bytes())
}

// HasSQL reports whether the text of any statement contains s, case ignored.
func (r Request) HasSQL(s string) bool {
	return slices.ContainsFunc(r.Statements, func(st Statement) bool {
		return strings.Contains(strings.ToLower(st.SQL), strings.ToLower(s))
	})
}

// String spells the request as a line of a corpus file, so that it can be
// pasted into one and replayed.
func (r Request) String() string {
	var b strings.Builder
	if r.Fresh {
		b.WriteString("@fresh\n")
	}
	if r.Objects {
		b.WriteString("@execute ")
	}
	b.Write(r.Body())
	return b.String()
}
