package binding_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dione-db/dione/d1"
)

// FuzzDecode holds the decoder to encoding/json: the same bodies are JSON, and
// the same statements come out of them.
func FuzzDecode(f *testing.F) {
	for _, c := range captures {
		f.Add([]byte(c.body))
	}
	for _, body := range []string{
		`{"sql":"a","params":[1,-0,1.5e3,1e999,"\ud83d\ude00\ud83d","\u0000",null,[1,300,-1.5],[]],"x":{"y":[true,false,null]}}`,
		`[{"sql":"a"},{"params":null,"sql":"b","sql":"c"}]`,
		`{"sql":"a","params":[true]}`,
		`{"sql":"a","params":[[00]]}`,
		"{\"sql\":\"\xff\xe2\x82\"}",
		" [ ] ",
		`{"sql":"\x"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, failure := decode(t, string(body))
		want, ok := reference(body)
		if ok != (failure == "") {
			t.Fatalf("statements %q, failure %q; encoding/json: %q, %v", got, failure, want, ok)
		}
		if strings.Contains(failure, "is no JSON") && json.Valid(body) {
			t.Fatalf("failure %q, but encoding/json takes it", failure)
		}
		if ok && utf8.Valid(body) && !slices.Equal(got, want) { // repaired text differs by intention
			t.Fatalf("statements %q; encoding/json: %q", got, want)
		}
	})
}

// reference reads a body by means of encoding/json and spells its statements as [spell] does.
func reference(body []byte) ([]string, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if !json.Valid(body) || d.Decode(&v) != nil {
		return nil, false
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	statements := []string{}
	for _, v := range list {
		s, ok := referenceStatement(v)
		if !ok {
			return nil, false
		}
		statements = append(statements, s)
	}
	return statements, true
}

func referenceStatement(v any) (string, bool) {
	object, _ := v.(map[string]any)
	sql, ok := object["sql"].(string)
	if !ok {
		return "", false
	}
	params, ok := object["params"].([]any)
	if !ok && object["params"] != nil {
		return "", false
	}
	var b strings.Builder
	b.WriteString(sql + " |")
	for _, p := range params {
		switch p := p.(type) {
		case nil:
			b.WriteString(" null")
		case string:
			fmt.Fprintf(&b, " %+q", p)
		case json.Number:
			b.WriteString(" " + strconv.FormatFloat(javaScript(p), 'g', -1, 64))
		case []any:
			var blob []byte
			for _, e := range p {
				n, ok := e.(json.Number)
				if !ok {
					return "", false
				}
				blob = append(blob, uint8Of(javaScript(n)))
			}
			fmt.Fprintf(&b, " x'%x'", blob)
		default:
			return "", false
		}
	}
	return b.String(), true
}

// javaScript gives the value that JavaScript reads.
func javaScript(n json.Number) float64 {
	v, _ := strconv.ParseFloat(string(n), 64) // infinity beside the error for what is too large
	return v
}

// uint8Of converts as ECMAScript's ToUint8 says, step by step.
func uint8Of(v float64) byte {
	if math.IsInf(v, 0) {
		return 0
	}
	v = math.Mod(math.Trunc(v), 256)
	if v < 0 {
		v += 256
	}
	return byte(v)
}

// FuzzText sends a text to and fro: what our own encoder spells, the decoder reads.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a\"\\/\b\f\n\r\t\x00\x7f", "é😀\u2028\U0010ffff", "\uFFFD", "\xff\xe2\x82"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spelled := d1.AppendString(nil, s)
		got, failure := decode(t, `{"sql":"s","params":[`+string(spelled)+"]}")
		var want string // s itself, but for bytes that are no UTF-8
		if err := json.Unmarshal(spelled, &want); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0] != fmt.Sprintf("s | %+q", want) {
			t.Errorf("statements %q, failure %q; want the text %+q", got, failure, want)
		}
	})
}
