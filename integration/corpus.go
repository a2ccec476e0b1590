package integration

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// ReadCorpus reads requests written by hand. One request per line:
//
//	# a comment, as is an empty line
//	@fresh                            the next request finds a new empty database
//	SELECT 1                          one statement
//	SELECT ? <- [1, "x", [1,2]]       with parameters
//	@execute SELECT 1 AS a, 2 AS a    asks for row objects, as run and exec do
//	["SELECT 1", {"sql": …, "params": …}]     a batch, or the body as it is sent
//	{"sql": …, "params": …}
//
// The first request of a file always finds a new database.
func ReadCorpus(name string, r io.Reader) ([]Request, error) {
	var list []Request
	fresh := true
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		switch {
		case line == "" || line[0] == '#':
			continue
		case line == "@fresh":
			fresh = true
			continue
		}
		req, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		req.Source, req.Fresh = fmt.Sprintf("%s:%d", name, n), fresh
		fresh = false
		list = append(list, req)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return list, nil
}

func parseLine(line string) (Request, error) {
	line, objects := strings.CutPrefix(line, "@execute ")
	var (
		req Request
		err error
	)
	switch line[0] {
	case '{':
		req.Single = true
		req.Statements = make([]Statement, 1)
		err = unmarshal(line, &req.Statements[0])
	case '[':
		req.Statements, err = parseBatch(line)
	default:
		sql, params, bound := strings.Cut(line, " <- ")
		values := []any{}
		if bound {
			err = unmarshal(params, &values)
		}
		req = One(sql, values...)
	}
	req.Objects = objects
	if err != nil {
		return req, fmt.Errorf("read %q: %w", line, err)
	}
	return req, nil
}

// unmarshal keeps numbers as they are spelled, those too large for a double included.
func unmarshal(text string, v any) error {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return dec.Decode(v)
}

func parseBatch(line string) ([]Statement, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal([]byte(line), &parts); err != nil {
		return nil, fmt.Errorf("read batch: %w", err)
	}
	list := []Statement{}
	for _, p := range parts {
		s := Statement{Params: []any{}}
		var err error
		if p[0] == '"' {
			err = json.Unmarshal(p, &s.SQL)
		} else {
			s.Params = nil
			err = unmarshal(string(p), &s)
		}
		if err != nil {
			return nil, fmt.Errorf("read element: %w", err)
		}
		list = append(list, s)
	}
	return list, nil
}
