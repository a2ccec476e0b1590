package binding

import (
	"unicode/utf8"

	"github.com/dione-db/dione/d1"
)

// replacement is U+FFFD, which stands for what is no text.
const replacement = "\uFFFD"

// text reads a string. The result is part of the data where nothing had to be
// changed, else the scratch memory; either way it is valid until the next call.
func (s *scanner) text() ([]byte, error) {
	start := s.pos + 1
	end, ascii := s.plain(start)
	if end < len(s.data) && s.data[end] == '"' && (ascii || utf8.Valid(s.data[start:end])) {
		s.pos = end + 1
		return s.data[start:end], nil
	}
	var err error
	s.scratch, err = s.appendText(s.scratch[:0])
	return s.scratch, err
}

// plain gives the end of the run of bytes from the position i that stand for
// themselves, and whether all are ASCII.
func (s *scanner) plain(i int) (end int, ascii bool) {
	var seen byte
	for i < len(s.data) {
		c := s.data[i]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		seen |= c
		i++
	}
	return i, seen < utf8.RuneSelf
}

// appendText reads a string and appends it to dst as valid UTF-8: what is none becomes U+FFFD as in
// JavaScript's TextDecoder, and so does half of a surrogate pair.
func (s *scanner) appendText(dst []byte) ([]byte, error) {
	s.pos++
	for {
		end, ascii := s.plain(s.pos)
		if run := s.data[s.pos:end]; ascii || utf8.Valid(run) {
			dst = append(dst, run...)
		} else {
			dst = appendRepaired(dst, run)
		}
		s.pos = end
		switch c := s.peek(); {
		case end == len(s.data):
			return dst, s.malformed("it ends within a string")
		case c == '"':
			s.pos++
			return dst, nil
		case c < ' ':
			return dst, s.malformed("a control character stands in a string; escape it")
		}
		var err error
		if dst, err = s.escape(dst); err != nil {
			return dst, err
		}
	}
}

// escape reads one escape, both halves where it is a surrogate pair.
func (s *scanner) escape(dst []byte) ([]byte, error) {
	s.pos++
	c := s.peek()
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return s.unicode(dst)
	default:
		return dst, s.malformed(s.found("an escape"))
	}
	s.pos++
	return append(dst, c), nil
}

// unicode reads the rest of \uXXXX, from the u on.
func (s *scanner) unicode(dst []byte) ([]byte, error) {
	const (
		high, low, afterLow = 0xD800, 0xDC00, 0xE000
		planes              = 0x10000
	)
	s.pos++
	r, ok := s.hex4(s.pos)
	if !ok {
		return dst, s.malformed(`\u needs four hexadecimal digits`)
	}
	s.pos += 4
	if r < high || r >= afterLow {
		return utf8.AppendRune(dst, r), nil
	}
	if r < low && s.pos+1 < len(s.data) && s.data[s.pos] == '\\' && s.data[s.pos+1] == 'u' {
		if second, ok := s.hex4(s.pos + 2); ok && second >= low && second < afterLow {
			s.pos += 6
			return utf8.AppendRune(dst, planes+(r-high)<<10+(second-low)), nil
		}
	}
	return append(dst, replacement...), nil
}

// hex4 reads four hexadecimal digits at the position i.
func (s *scanner) hex4(i int) (rune, bool) {
	if i+4 > len(s.data) {
		return 0, false
	}
	var r rune
	for _, c := range s.data[i : i+4] {
		switch {
		case isDigit(c):
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// appendRepaired appends text in which not everything is UTF-8, by the rule
// of https://encoding.spec.whatwg.org/#utf-8-decoder: the longest start of a
// character that is cut off counts as one.
func appendRepaired(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			n = d1.BrokenLen(text)
			dst = append(dst, replacement...)
		} else {
			dst = append(dst, text[:n]...)
		}
		text = text[n:]
	}
	return dst
}
