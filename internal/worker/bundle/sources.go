package bundle

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Sources finds the places of the sources that places of the bundled entry come
// from: the runtime knows nothing of source maps. It may be used by many
// goroutines; nil changes nothing.
type Sources struct {
	places *regexp.Regexp
	names  []string
	lines  [][]mapping
}

// mapping says what begins at a column of a line of the bundle.
type mapping struct{ column, source, line, sourceColumn int }

// Sources reads the source map; nil where there is none.
func (r Result) Sources() (*Sources, error) {
	if r.SourceMap == nil || len(r.Modules) == 0 {
		return nil, nil //nolint:nilnil // nil is a mapper that changes nothing
	}
	var file struct {
		Sources  []string `json:"sources"`
		Mappings string   `json:"mappings"`
	}
	if err := json.Unmarshal(r.SourceMap, &file); err != nil {
		return nil, fmt.Errorf("read the source map: %w", err)
	}
	s := &Sources{
		names:  file.Sources,
		places: regexp.MustCompile(`(?:file://[^\s():]*/|\b)` + regexp.QuoteMeta(r.Modules[0].Name) + `:(\d+):(\d+)`),
	}
	var at mapping
	for line := range strings.SplitSeq(file.Mappings, ";") {
		at.column = 0
		var list []mapping
		for segment := range strings.SplitSeq(line, ",") {
			fields := decodeVLQ(segment)
			if len(fields) < 4 {
				if len(fields) > 0 {
					at.column += fields[0]
				}
				continue
			}
			at = mapping{at.column + fields[0], at.source + fields[1], at.line + fields[2], at.sourceColumn + fields[3]}
			if at.source >= 0 && at.source < len(s.names) {
				list = append(list, at)
			}
		}
		s.lines = append(s.lines, list)
	}
	return s, nil
}

// decodeVLQ reads the numbers of one segment: in base 64, five bits a digit, the
// lowest first, and the lowest of all is the sign
// (https://tc39.es/ecma426/#sec-base64-vlq). It stops at what is none.
func decodeVLQ(segment string) []int {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	var list []int
	value, shift := 0, 0
	for i := range len(segment) {
		digit := strings.IndexByte(digits, segment[i])
		if digit < 0 || shift > 30 {
			return list
		}
		value |= digit & 31 << shift
		shift += 5
		if digit&32 != 0 {
			continue
		}
		if value&1 != 0 {
			list = append(list, -(value >> 1))
		} else {
			list = append(list, value>>1)
		}
		value, shift = 0, 0
	}
	return list
}

// find gives the place of a source for a line and column of the bundle, all from 1.
func (s *Sources) find(line, column int) (string, bool) {
	if line < 1 || line > len(s.lines) {
		return "", false
	}
	list := s.lines[line-1]
	i := sort.Search(len(list), func(i int) bool { return list[i].column > column-1 })
	if i == 0 {
		return "", false
	}
	m := list[i-1]
	return fmt.Sprintf("%s:%d:%d", s.names[m.source], m.line+1, m.sourceColumn+1), true
}

// Rewrite replaces the places of the bundle in a text, such as a stack trace, by
// those of the sources, relative to the project's root.
func (s *Sources) Rewrite(text string) string {
	if s == nil {
		return text
	}
	return s.places.ReplaceAllStringFunc(text, func(place string) string {
		match := s.places.FindStringSubmatch(place)
		if match == nil {
			return place
		}
		line, _ := strconv.Atoi(match[1])
		column, _ := strconv.Atoi(match[2])
		if found, ok := s.find(line, column); ok {
			return found
		}
		return place
	})
}
