package binding_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
)

// sink is a ResponseWriter that costs nothing.
type sink struct {
	header http.Header
	bytes  int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { s.bytes += len(b); return len(b), nil }

// rewound is a body that can be read again.
type rewound struct{ bytes.Reader }

func (*rewound) Close() error { return nil }

// fixedService gives one answer to all.
type fixedService struct {
	d1.Service

	resp d1.QueryResponse
}

func (s *fixedService) Query(context.Context, d1.QueryRequest) (d1.QueryResponse, error) {
	return s.resp, nil
}

// serve gives a function that has a desk answer one request, decoding and encoding included.
func serve(ctx context.Context, body string, results ...d1.Result) (once func(), answered *sink) {
	desk := newDesk(&fixedService{resp: d1.QueryResponse{Results: results, Bookmark: "b"}}, io.Discard)
	r := newRequest(ctx, columnsFormat, http.NoBody)
	r.Header.Set("x-cf-d1-session-commit-token", "first-primary")
	r.ContentLength = int64(len(body))
	raw := []byte(body)
	in := &rewound{}
	r.Body = in
	answered = &sink{header: http.Header{}}
	return func() {
		in.Reset(raw)
		clear(answered.header)
		desk.ServeHTTP(answered, r)
	}, answered
}

// pointQuery is the request and the answer that matter most.
func pointQuery() (string, d1.Result) {
	return `{"sql":"SELECT id, name, email FROM users WHERE id = ? AND name = ?","params":[1234,"someone"]}`,
		result(`["id","name","email"]`, `[[1234,"someone","someone@example.com"]]`, 12, 0, 0, false, 8192, 1, 0)
}

func TestAPointQueryAllocatesLittle(t *testing.T) {
	body, res := pointQuery()
	once, _ := serve(t.Context(), body, res)
	const most = 10
	if n := testing.AllocsPerRun(100, once); n > most {
		t.Errorf("%v allocations per request in the desk, want at most %d", n, most)
	}
}

func BenchmarkDesk(b *testing.B) {
	blob := strings.TrimSuffix(strings.Repeat("200,17,3,", 100_000), ",")
	point, pointResult := pointQuery()
	rows := bytes.TrimSuffix(bytes.Repeat([]byte(`[1,"some text",2.5],`), 10_000), []byte(","))
	many := fmt.Sprintf("[%s]", strings.TrimSuffix(strings.Repeat(point+",", 100), ","))
	manyResults := make([]d1.Result, 100)
	for i := range manyResults {
		manyResults[i] = pointResult
	}
	benchmarks := []struct {
		name, body string
		results    []d1.Result
	}{
		{"point", point, []d1.Result{pointResult}},
		{"batch of 100", many, manyResults},
		{"text of 100 kB", `{"sql":"x","params":["` + strings.Repeat("some text with é\\n", 6_000) + `"]}`, []d1.Result{pointResult}},
		{"blob of 300 kB", `{"sql":"x","params":[[` + blob + `]]}`, []d1.Result{pointResult}},
		{"10000 rows", point, []d1.Result{result(`["a","b","c"]`, "["+string(rows)+"]", 12, 0, 0, false, 8192, 1, 0)}},
	}
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			once, answered := serve(b.Context(), bm.body, bm.results...)
			once()
			b.SetBytes(int64(len(bm.body) + answered.bytes))
			b.ReportAllocs()
			for b.Loop() {
				once()
			}
		})
	}
}
