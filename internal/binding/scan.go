package binding

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/dione-db/dione/d1"
)

// maxDepth is the deepest nesting of JSON that is read, in keys we skip; it is that
// of encoding/json.
const maxDepth = 10_000

// scanner reads JSON from data, byte by byte, with strict grammar. Every
// method starts at the first byte of what it reads, white space skipped.
type scanner struct {
	data    []byte
	pos     int
	scratch []byte // the last text that held escapes
}

// begin points the scanner at new data.
func (s *scanner) begin(data []byte) { s.data, s.pos = data, 0 }

// peek gives the byte at the current position, 0 at the end (NUL is nowhere allowed outside of escapes).
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// space skips white space.
func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// wrong makes the error for JSON that is not what was wanted.
func (s *scanner) wrong(format string, args ...any) error {
	return d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, "%s, at offset %d of the request",
		fmt.Sprintf(format, args...), s.pos)
}

// malformed makes the error for what is no JSON.
func (s *scanner) malformed(what string) error {
	return d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, "the request is no JSON: %s, at offset %d", what, s.pos)
}

// unexpected is wrong for a value of another type, and malformed where no value starts at all.
func (s *scanner) unexpected(format string, args ...any) error {
	what := "a boolean"
	switch c := s.peek(); {
	case c == '{':
		what = "an object"
	case c == '[':
		what = "an array"
	case c == '"':
		what = "a string"
	case c == 'n':
		what = "null"
	case c == '-' || isDigit(c):
		what = "a number"
	case c == 't' || c == 'f':
	default:
		return s.malformed(s.found("a value"))
	}
	return s.wrong("%s: this is %s", fmt.Sprintf(format, args...), what)
}

// found says what stands where something else was wanted.
func (s *scanner) found(wanted string) string {
	if s.pos >= len(s.data) {
		return "it ends where " + wanted + " should be"
	}
	if c := s.data[s.pos]; c > ' ' && c < 0x7f {
		return fmt.Sprintf("%q stands where %s should be", c, wanted)
	}
	return fmt.Sprintf("byte 0x%02x stands where %s should be", s.data[s.pos], wanted)
}

// array reads an array; element reads one, whose index it is given.
func (s *scanner) array(element func(i int) error) error {
	s.pos++
	if s.space(); s.peek() == ']' {
		s.pos++
		return nil
	}
	for i := 0; ; i++ {
		s.space()
		if err := element(i); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return nil
		default:
			return s.malformed(s.found(`"," or "]"`))
		}
	}
}

// object reads an object; member reads the value of a key, which is valid until the next text is read.
func (s *scanner) object(member func(key []byte) error) error {
	s.pos++
	if s.space(); s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		if s.space(); s.peek() != '"' {
			return s.malformed(s.found("a key"))
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		if s.space(); s.peek() != ':' {
			return s.malformed(s.found(`":"`))
		}
		s.pos++
		s.space()
		if err := member(key); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return nil
		default:
			return s.malformed(s.found(`"," or "}"`))
		}
	}
}

// skip reads any value and forgets it. depth is how many objects and arrays are around it.
func (s *scanner) skip(depth int) error {
	c := s.peek()
	if (c == '[' || c == '{') && depth >= maxDepth {
		return s.malformed("it is nested too deep")
	}
	switch {
	case c == '[':
		return s.array(func(int) error { return s.skip(depth + 1) })
	case c == '{':
		return s.object(func([]byte) error { return s.skip(depth + 1) })
	case c == '"':
		_, err := s.text()
		return err
	case c == 'n':
		return s.literal("null")
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == '-' || isDigit(c):
		_, err := s.number()
		return err
	}
	return s.malformed(s.found("a value"))
}

// literal reads one of JSON's words.
func (s *scanner) literal(word string) error {
	for i := range len(word) {
		if s.peek() != word[i] {
			return s.malformed(s.found("the word " + word))
		}
		s.pos++
	}
	return nil
}

// number reads a number as JavaScript does: the nearest double, infinity beyond the largest.
func (s *scanner) number() (float64, error) {
	start := s.pos
	negative := s.peek() == '-'
	if negative {
		s.pos++
	}
	whole, err := s.wholePart()
	if err != nil {
		return 0, err
	}
	c := s.peek()
	// Up to 15 digits a whole number is exact; "-0" is left to the long way.
	if c != '.' && c != 'e' && c != 'E' && s.pos-start <= 15 && (whole != 0 || !negative) {
		if negative {
			return -float64(whole), nil
		}
		return float64(whole), nil
	}
	if c == '.' {
		s.pos++
		if err := s.digits(); err != nil {
			return 0, err
		}
		c = s.peek()
	}
	if c == 'e' || c == 'E' {
		s.pos++
		if c = s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if err := s.digits(); err != nil {
			return 0, err
		}
	}
	v, err := strconv.ParseFloat(string(s.data[start:s.pos]), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, s.malformed("a number is spelled wrongly")
	}
	return v, nil
}

// wholePart reads the digits before the point. Its value is meaningless beyond 18 digits.
func (s *scanner) wholePart() (int64, error) {
	if s.peek() == '0' {
		s.pos++
		return 0, nil // a digit behind it is for the caller to find wrong
	}
	var v int64
	first := s.pos
	for isDigit(s.peek()) {
		v = v*10 + int64(s.data[s.pos]-'0')
		s.pos++
	}
	if s.pos == first {
		return 0, s.malformed(s.found("a digit"))
	}
	return v, nil
}

// digits reads one digit or more.
func (s *scanner) digits() error {
	if !isDigit(s.peek()) {
		return s.malformed(s.found("a digit"))
	}
	for isDigit(s.peek()) {
		s.pos++
	}
	return nil
}

// smallByte reads a number of one to three digits below 256 with nothing but
// "," or "]" behind it, which nearly every element of a blob is. Otherwise it reads nothing.
func (s *scanner) smallByte() (byte, bool) {
	v, i := 0, s.pos
	for i < len(s.data) && i < s.pos+3 && isDigit(s.data[i]) {
		v = v*10 + int(s.data[i]-'0')
		i++
	}
	leadingZero := i > s.pos+1 && s.data[s.pos] == '0'
	if i == s.pos || i == len(s.data) || v > 255 || leadingZero || (s.data[i] != ',' && s.data[i] != ']') {
		return 0, false
	}
	s.pos = i
	return byte(v), true
}

// anotherDigit reads a comma that has a digit right behind it, otherwise nothing.
func (s *scanner) anotherDigit() bool {
	if s.pos+1 < len(s.data) && s.data[s.pos] == ',' && isDigit(s.data[s.pos+1]) {
		s.pos++
		return true
	}
	return false
}

// toUint8 converts as JavaScript's Uint8Array does: the fraction is cut off, the rest taken modulo 256.
func toUint8(v float64) byte {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return 0
	}
	return byte(int(math.Mod(math.Trunc(v), 256)) & 0xff)
}

// isDigit reports whether c is one of 0 to 9.
func isDigit(c byte) bool { return c-'0' <= 9 }
