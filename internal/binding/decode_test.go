package binding_test

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// decode sends body through a desk and gives the statements that the service was asked, or the text
// of the failure.
func decode(tb testing.TB, body string) (statements []string, failure string) {
	tb.Helper()
	svc := &scriptedService{}
	answer := ask(tb, newDesk(svc, io.Discard), columnsFormat, body)
	if len(svc.calls) == 1 {
		return svc.calls[0].statements, ""
	}
	var reply struct {
		Success bool   `json:"success"`
		Error   string `json:"error"`
	}
	if err := json.Unmarshal([]byte(answer), &reply); err != nil || reply.Success || reply.Error == "" {
		tb.Fatalf("answer %s is no failure: %v", answer, err)
	}
	return nil, reply.Error
}

func TestDecodeStatements(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
	}{
		{"one", `{"sql":"SELECT 1","params":[]}`, []string{"SELECT 1 |"}},
		{"one, no params", `{"sql":"SELECT 1"}`, []string{"SELECT 1 |"}},
		{"one, params null", `{"sql":"SELECT 1","params":null}`, []string{"SELECT 1 |"}},
		{"params first", `{"params":[1],"sql":"SELECT ?"}`, []string{"SELECT ? | 1"}},
		{"none", `[]`, []string{}},
		{"several", `[{"sql":"a","params":[1,2]},{"sql":"b"},{"sql":"","params":["x"]}]`, []string{"a | 1 2", "b |", ` | "x"`}},
		{"white space", " \t\r\n[ { \"sql\" : \"a\" , \"params\" : [ 1 , [ 2 , 3 ] , null ] } ] \n", []string{"a | 1 x'0203' null"}},
		{"empty params with space", `{"sql":"a","params":[ ]}`, []string{"a |"}},
		{"unknown keys", `{"x":{"sql":"no","y":[1,{"z":"\u0041"},[],{}]},"sql":"a","f":false,"t":true,"n":null,"m":-1.5e3,"s":"\"]}"}`, []string{"a |"}},
		{"key with escapes", `{"s\u0071l":"a"}`, []string{"a |"}},
		{"other case is another key", `{"SQL":1,"sql":"a"}`, []string{"a |"}},
		{"the last of two counts", `{"sql":"a","params":[1,2],"sql":"b","params":["x"]}`, []string{`b | "x"`}},
		{"the last of two counts, null", `{"sql":"a","params":[1,2],"params":null}`, []string{`a |`}},
		{"statement with escapes", `{"sql":"SELECT \"a\\b\"\r\n\t\/\b\f\u00e9\ud83d\ude00"}`, []string{"SELECT \"a\\b\"\r\n\t/\b\fé😀 |"}},
		{"statement that is no UTF-8", "{\"sql\":\"a\xff\xe2\x82b\"}", []string{"a\uFFFD\uFFFDb |"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, failure := decode(t, tt.body); !slices.Equal(got, tt.want) || failure != "" {
				t.Errorf("statements %q, failure %q; want %q", got, failure, tt.want)
			}
		})
	}
}

func TestDecodeValues(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"null", `null`, `null`},
		{"zero", `0`, `0`},
		{"negative zero", `-0`, `-0`},
		{"negative zero with fraction", `-0.0`, `-0`},
		{"whole", `42`, `42`},
		{"negative", `-7`, `-7`},
		{"largest of 15 digits", `999999999999999`, `9.99999999999999e+14`},
		{"beyond 2^53", `9007199254740993`, `9.007199254740992e+15`},
		{"more digits than 64 bits", `123456789012345678901234567890`, `1.2345678901234568e+29`},
		{"fraction", `3.5`, `3.5`},
		{"exponents", `1e3`, `1000`},
		{"exponent with sign", `-25E-1`, `-2.5`},
		{"shortest digits", `0.1`, `0.1`},
		{"halfway, round to even", `9007199254740992.5`, `9.007199254740992e+15`},
		{"smallest", `5e-324`, `5e-324`},
		{"too small", `1e-400`, `0`},
		{"too small, negative", `-1e-400`, `-0`},
		{"overflow", `1e999`, `+Inf`},
		{"overflow, negative", `-1e999`, `-Inf`},
		{"largest", `1.7976931348623157e308`, `1.7976931348623157e+308`},

		{"empty text", `""`, `""`},
		{"text", `"héllo \"q\""`, `"h\u00e9llo \"q\""`},
		{"NUL", `"a\u0000b"`, `"a\x00b"`},
		{"delete is plain", "\"\x7f\"", `"\x7f"`},
		{"pair", `"\ud83d\ude00"`, `"\U0001f600"`},
		{"pair in upper case", `"\uD83D\uDE00"`, `"\U0001f600"`},
		{"highest pair", `"\udbff\udfff"`, `"\U0010ffff"`},
		{"lone high", `"a\ud83db"`, `"a\ufffdb"`},
		{"lone high at the end", `"\ud83d"`, `"\ufffd"`},
		{"lone low", `"\ude00"`, `"\ufffd"`},
		{"low before high", `"\ude00\ud83d"`, `"\ufffd\ufffd"`},
		{"high, then no surrogate", `"\ud83d\u0041"`, `"\ufffdA"`},
		{"high, then high, then low", `"\ud83d\ud83d\ude00"`, `"\ufffd\U0001f600"`},
		{"high, then another escape", `"\ud83d\n"`, `"\ufffd\n"`},

		{"no UTF-8: stray continuation", "\"a\x80b\"", `"a\ufffdb"`},
		{"no UTF-8: never valid", "\"\xc0\x80\xff\"", `"\ufffd\ufffd\ufffd"`},
		{"no UTF-8: cut off counts once", "\"\xe2\x82\"", `"\ufffd"`},
		{"no UTF-8: cut off, then more", "\"\xf0\x9f\x98x\xf0\x9f\"", `"\ufffdx\ufffd"`},
		{"no UTF-8: overlong", "\"\xe0\x80\x80\"", `"\ufffd\ufffd\ufffd"`},
		{"no UTF-8: overlong of four", "\"\xf0\x80\x80\x80\"", `"\ufffd\ufffd\ufffd\ufffd"`},
		{"no UTF-8: surrogate", "\"\xed\xa0\x80\"", `"\ufffd\ufffd\ufffd"`},
		{"no UTF-8: above the last character", "\"\xf4\x90\x80\x80\"", `"\ufffd\ufffd\ufffd\ufffd"`},
		{"no UTF-8: before an escape", "\"\xe2\x82\\u0041\"", `"\ufffdA"`},
		{"U+FFFD itself", "\"\uFFFD\xef\xbf\"", `"\ufffd\ufffd"`},

		{"empty blob", `[]`, `x''`},
		{"blob", `[0,1,9,10,99,100,255]`, `x'0001090a6364ff'`},
		{"blob, as Uint8Array", `[1.9,255.5,256,300,-1,-1.9,-256,-257,0.5,-0.5]`, `x'01ff002cffff00ff0000'`},
		{"blob, far out", `[1e3,1e300,1e999,-1e999,4294967297,12345678901234567890]`, `x'e80000000100'`},
		{"blob with spaces", `[ 1 , 2 ]`, `x'0102'`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, failure := decode(t, `{"sql":"s","params":["<",`+tt.in+`,">"]}`)
			if want := []string{`s | "<" ` + tt.want + ` ">"`}; !slices.Equal(got, want) || failure != "" {
				t.Errorf("statements %q, failure %q; want %q", got, failure, want)
			}
		})
	}
}

func TestDecodeNamesTheWrongPlace(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"empty", ``, `the request is no JSON: it ends where a value should be, at offset 0`},
		{"white space", ` `, `no JSON: it ends where a value should be, at offset 1`},
		{"words", `SELECT 1`, `no JSON: 'S' stands where a value should be, at offset 0`},
		{"number", `1`, `a request is a statement or an array of statements: this is a number, at offset 0`},
		{"null", `null`, `a request is a statement or an array of statements: this is null, at offset 0`},
		{"string", `"x"`, `this is a string, at offset 0`},
		{"no object", `[{"sql":"a"},1]`, `statement 2 is no object: this is a number, at offset 13`},
		{"nested array", `[[]]`, `statement 1 is no object: this is an array, at offset 1`},
		{"no sql", `[{"sql":"a"},{"params":[]}]`, `statement 2 has no "sql", at offset 13`},
		{"empty object", `{}`, `statement 1 has no "sql", at offset 0`},
		{"sql null", `{"sql":null}`, `"sql" of statement 1 is no string: this is null, at offset 7`},
		{"sql number", `{"sql":1}`, `"sql" of statement 1 is no string: this is a number, at offset 7`},
		{"sql array", `{"sql":["a"]}`, `this is an array, at offset 7`},
		{"params object", `{"sql":"a","params":{}}`, `"params" of statement 1 is neither an array nor null: this is an object, at offset 20`},
		{"params string", `{"sql":"a","params":"x"}`, `this is a string, at offset 20`},
		{"true", `{"sql":"a","params":[1,true]}`, `value 2 of statement 1 cannot be bound; bind a number, a string, null or an array of bytes: this is a boolean, at offset 23`},
		{"false", `[{"sql":"a"},{"sql":"a","params":[false]}]`, `value 1 of statement 2 cannot be bound; bind a number, a string, null or an array of bytes: this is a boolean, at offset 34`},
		{"object", `{"sql":"a","params":[{}]}`, `this is an object, at offset 21`},
		{"array of strings", `{"sql":"a","params":[[1,"x"]]}`, `element 2 of the array bound as value 1 of statement 1 is no number: this is a string, at offset 24`},
		{"array of arrays", `{"sql":"a","params":[[[1]]]}`, `element 1 of the array bound as value 1 of statement 1 is no number: this is an array, at offset 22`},
		{"cut off in an array", `[{"sql":"a"}`, `it ends where "," or "]" should be, at offset 12`},
		{"cut off in an object", `{"sql":"a"`, `it ends where "," or "}" should be, at offset 10`},
		{"cut off in a string", `{"sql":"a`, `it ends within a string, at offset 9`},
		{"cut off in an escape", `{"sql":"\`, `it ends where an escape should be, at offset 9`},
		{"cut off in a word", `{"sql":"a","params":nul`, `it ends where the word null should be, at offset 23`},
		{"cut off in a blob", `{"sql":"a","params":[[1`, `it ends where "," or "]" should be, at offset 23`},
		{"comma at the end", `[{"sql":"a"},]`, `']' stands where a value should be, at offset 13`},
		{"comma at the end of an object", `{"sql":"a",}`, `'}' stands where a key should be, at offset 11`},
		{"no colon", `{"sql" "a"}`, `'"' stands where ":" should be, at offset 7`},
		{"no quotes", `{sql:"a"}`, `'s' stands where a key should be, at offset 1`},
		{"more behind it", `{"sql":"a"}{"sql":"b"}`, `something follows the end, at offset 11`},
		{"leading zero", `{"sql":"a","params":[01]}`, `'1' stands where "," or "]" should be, at offset 22`},
		{"leading zeros in a blob", `{"sql":"a","params":[[00]]}`, `'0' stands where "," or "]" should be, at offset 23`},
		{"plus", `{"sql":"a","params":[+1]}`, `'+' stands where a value should be, at offset 21`},
		{"point first", `{"sql":"a","params":[.5]}`, `'.' stands where a value should be, at offset 21`},
		{"point last", `{"sql":"a","params":[5.]}`, `']' stands where a digit should be, at offset 23`},
		{"minus alone", `{"sql":"a","params":[-]}`, `']' stands where a digit should be, at offset 22`},
		{"exponent without digits", `{"sql":"a","params":[1e+]}`, `']' stands where a digit should be, at offset 24`},
		{"NaN", `{"sql":"a","params":[NaN]}`, `'N' stands where a value should be, at offset 21`},
		{"hexadecimal", `{"sql":"a","params":[0x1]}`, `'x' stands where "," or "]" should be, at offset 22`},
		{"control character", "{\"sql\":\"a\nb\"}", `a control character stands in a string; escape it, at offset 9`},
		{"unknown escape", `{"sql":"\x41"}`, `'x' stands where an escape should be, at offset 9`},
		{"short escape", `{"sql":"\u12g4"}`, `\u needs four hexadecimal digits, at offset 10`},
		{"short second half", `{"sql":"\ud83d\u12"}`, `\u needs four hexadecimal digits, at offset 16`},
		{"no text", "\xff", `byte 0xff stands where a value should be, at offset 0`},
		{"byte order mark", "\ufeff[]", `byte 0xef stands where a value should be, at offset 0`},
		{"unknown key without a value", `{"x":}`, `'}' stands where a value should be, at offset 5`},
		{"unknown key, broken word", `{"x":trUe}`, `'U' stands where the word true should be, at offset 7`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, failure := decode(t, tt.body); got != nil || !strings.HasSuffix(strings.TrimSuffix(failure, " of the request"), tt.want) {
				t.Errorf("statements %q, failure %q; want %q", got, failure, tt.want)
			}
		})
	}
}

func TestDecodeIsBounded(t *testing.T) {
	nested := func(depth int) string {
		return `{"sql":"a","x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
	}
	if got, failure := decode(t, nested(9_999)); failure != "" {
		t.Errorf("nesting of 10,000: statements %q, failure %q", got, failure)
	}
	for _, depth := range []int{10_000, 1_000_000} {
		if got, failure := decode(t, nested(depth)); !strings.Contains(failure, "nested too deep") {
			t.Errorf("nesting of %d: statements %q, failure %.200q", depth+1, got, failure)
		}
	}
	many := `[` + strings.Repeat(`{"sql":""},`, 250_000) + `{"sql":""}]`
	if _, failure := decode(t, many); !strings.Contains(failure, fmt.Sprintf("at most %d statements", 250_000)) {
		t.Errorf("250,001 statements: failure %.200q", failure)
	}
}
