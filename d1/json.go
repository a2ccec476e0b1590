package d1

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// replacement stands for bytes that are no text.
const replacement = "\uFFFD"

// AppendString appends s as a JSON string, as JavaScript's JSON.stringify
// spells what a TextDecoder makes of s: bytes that are no UTF-8 become U+FFFD.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		n := 1
		if c >= utf8.RuneSelf {
			if _, size := utf8.DecodeRuneInString(s[i:]); size > 1 {
				i += size
				continue
			}
			n = BrokenLen(s[i:])
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, c)
		i += n
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

// appendEscape spells a byte that cannot stand for itself in a JSON string.
func appendEscape(b []byte, c byte) []byte {
	switch {
	case c >= utf8.RuneSelf:
		return append(b, replacement...)
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\r':
		return append(b, '\\', 'r')
	case c == '\t':
		return append(b, '\\', 't')
	case c == '\b':
		return append(b, '\\', 'b')
	case c == '\f':
		return append(b, '\\', 'f')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// BrokenLen gives the length of the broken character that text, which is not
// empty, starts with: as many bytes as one U+FFFD stands for where a browser decodes it
// (https://encoding.spec.whatwg.org/#utf-8-decoder).
func BrokenLen[T string | []byte](text T) int {
	const contLow, contHigh = 0x80, 0xBF
	low, high := byte(contLow), byte(contHigh) // what the second byte may be
	size := 0
	switch c := text[0]; {
	case c >= 0xC2 && c <= 0xDF:
		size = 2
	case c == 0xE0:
		size, low = 3, 0xA0 // below, it would be an overlong spelling
	case c == 0xED:
		size, high = 3, 0x9F // above, a surrogate
	case c > 0xE0 && c <= 0xEF:
		size = 3
	case c == 0xF0:
		size, low = 4, 0x90 // below, overlong again
	case c == 0xF4:
		size, high = 4, 0x8F // above, beyond U+10FFFF
	case c > 0xF0 && c < 0xF4:
		size = 4
	}
	n := 1
	for n < size && n < len(text) && text[n] >= low && text[n] <= high {
		low, high = contLow, contHigh
		n++
	}
	return n
}
