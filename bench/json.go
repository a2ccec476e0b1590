package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/dione-db/dione/d1"
)

// keys spells the keys of objects once for all rows: {"a": and ,"b":.
func keys(columns []string) []string {
	out := make([]string, len(columns))
	for i, name := range columns {
		k := []byte{','}
		if i == 0 {
			k[0] = '{'
		}
		out[i] = string(append(d1.AppendString(k, name), ':'))
	}
	return out
}

// appendValue appends what database/sql scanned, as JavaScript would spell it.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case int64:
		if v > 1<<53-1 || v < -(1<<53-1) {
			return appendFloat(b, float64(v))
		}
		return strconv.AppendInt(b, v, 10)
	case float64:
		return appendFloat(b, v)
	case string:
		return appendText(b, v)
	}
	panic(fmt.Sprintf("a value of type %T is not in the tests' tables", v))
}

// appendText copies runs of plain bytes and escapes the few others.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, fmt.Sprintf("\\u%04x", c)...)
		}
	}
	return append(append(b, s[start:]...), '"')
}

func appendFloat(b []byte, f float64) []byte {
	switch a := math.Abs(f); {
	case f == 0:
		return append(b, '0')
	case math.IsInf(f, 0):
		return append(b, "null"...)
	case a >= 1e-6 && a < 1e21:
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	if n := len(b); n >= 4 && b[n-4] == 'e' && b[n-2] == '0' { // e-07 is e-7 in JavaScript
		b = append(b[:n-2], b[n-1])
	}
	return b
}
