package local_test

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/local"
)

// FuzzQuery sends what may be the block of a statement's parameters: the
// service only ever sees one that can be walked from end to end.
func FuzzQuery(f *testing.F) {
	var p d1.Params
	p.AppendNull()
	p.AppendReal(1)
	p.AppendInteger(2)
	p.AppendText("text")
	p.AppendBlob([]byte{1})
	f.Add(p.Block(), p.Len())
	f.Add(p.Block(), p.Len()+1)
	f.Add(p.Block()[:len(p.Block())-1], p.Len())
	f.Add([]byte("t\xff\xff\xff\xff\xff\xff\xff\xff"), 1)
	f.Add([]byte("x"), 1)
	f.Fuzz(func(t *testing.T, block []byte, count int) {
		type statement struct {
			SQL    string
			Params []byte
			Count  int
		}
		call := struct {
			Database   string
			Statements []statement
		}{string(id), []statement{{SQL: "s", Params: block, Count: count}}}
		var body bytes.Buffer
		if err := gob.NewEncoder(&body).Encode(call); err != nil {
			t.Fatal(err)
		}
		svc := &echoService{}
		h := local.NewHandler(svc, slog.New(slog.DiscardHandler))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/query", &body))
		refused := bytes.Contains(w.Body.Bytes(), []byte("garbled"))
		req, asked := svc.last().(d1.QueryRequest)
		if w.Code != http.StatusOK || refused == asked {
			t.Fatalf("status %d, refused %v, asked %v", w.Code, refused, asked)
		}
		if asked {
			if got := &req.Statements[0].Params; got.Len() != walk(t, got.Block()) || got.Len() != count {
				t.Errorf("the service got a block of %d values, count %d", walk(t, got.Block()), got.Len())
			}
		}
	})
}

// walk counts the values of a block as its readers do, without any check: it panics where they would.
func walk(t *testing.T, block []byte) int {
	t.Helper()
	n := 0
	for ; len(block) > 0; n++ {
		switch tag := block[0]; tag {
		case 'n':
			block = block[1:]
		case 'f', 'i':
			block = block[9:]
		case 't', 'b':
			block = block[9+binary.LittleEndian.Uint64(block[1:]):]
		default:
			t.Fatalf("tag %q", tag)
		}
	}
	return n
}
