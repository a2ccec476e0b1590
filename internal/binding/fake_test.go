package binding_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/auth"
	"github.com/dione-db/dione/internal/binding"
)

const testDB = d1.DatabaseID("5c0ffee0-1111-4222-8333-444455556666")

// scriptedService answers queries with the function it holds, and notes what it was asked.
type scriptedService struct {
	d1.Service // nil: a call of any other method fails the test

	answer func(ctx context.Context, req d1.QueryRequest) (d1.QueryResponse, error)

	mu    sync.Mutex
	calls []call
}

// call is one query as the service saw it; its parameters are spelled out
// because their memory is used again.
type call struct {
	database   d1.DatabaseID
	session    string
	format     d1.Format
	statements []string
}

func (s *scriptedService) Query(ctx context.Context, req d1.QueryRequest) (d1.QueryResponse, error) {
	c := call{database: req.Database, session: req.Session, format: req.Format}
	for i := range req.Statements {
		c.statements = append(c.statements, spell(&req.Statements[i]))
	}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	if s.answer == nil {
		return d1.QueryResponse{Results: make([]d1.Result, max(len(req.Statements), 1))}, nil
	}
	return s.answer(ctx, req)
}

// spell writes a statement as its text and its parameters: SELECT ? | 1.5 "a" null x'00ff'.
func spell(st *d1.Statement) string {
	var b strings.Builder
	b.WriteString(st.SQL + " |")
	block, n := st.Params.Block(), 0
	for ; len(block) > 0; n++ {
		tag := block[0]
		block = block[1:]
		if tag == 'n' {
			b.WriteString(" null")
			continue
		}
		word := binary.LittleEndian.Uint64(block)
		block = block[8:]
		switch tag {
		case 'f':
			b.WriteString(" " + strconv.FormatFloat(math.Float64frombits(word), 'g', -1, 64))
		case 't':
			fmt.Fprintf(&b, " %+q", block[:word])
			block = block[word:]
		case 'b':
			fmt.Fprintf(&b, " x'%x'", block[:word])
			block = block[word:]
		default:
			return fmt.Sprintf("tag %q in a block of parameters", tag)
		}
	}
	if n != st.Params.Len() {
		return fmt.Sprintf("a block of %d parameters that says it has %d", n, st.Params.Len())
	}
	return b.String()
}

// testKey is the key of the node in these tests.
func testKey() []byte { return bytes.Repeat([]byte{7}, auth.KeySize) }

// newDesk makes a desk before svc whose requests all have the id "ref-1".
func newDesk(svc d1.Service, log io.Writer) *binding.Desk {
	logger := slog.New(slog.NewTextHandler(log, nil))
	return binding.New(binding.Options{
		Service:   svc,
		Auth:      auth.NewAuthenticator(testKey(), logger),
		RequestID: func(context.Context) string { return "ref-1" },
		Log:       logger,
	})
}

// newRequest makes a request as workerd sends it, with injected headers.
func newRequest(ctx context.Context, target string, body io.Reader) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, target, body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("x-d1-database-id", string(testDB))
	r.Header.Set("authorization", "Bearer "+auth.BindingSecret(testKey(), testDB))
	return r
}

// ask sends one body to a desk and gives the body of the answer, whose outside it checks.
func ask(tb testing.TB, desk *binding.Desk, target, body string) string {
	tb.Helper()
	w := httptest.NewRecorder()
	desk.ServeHTTP(w, newRequest(tb.Context(), target, strings.NewReader(body)))
	checkOutside(tb, w)
	return w.Body.String()
}

// checkOutside checks what all answers to queries have in common.
func checkOutside(tb testing.TB, w *httptest.ResponseRecorder) {
	tb.Helper()
	if w.Code != http.StatusOK {
		tb.Errorf("status %d, want 200", w.Code)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		tb.Errorf("content type %q, want application/json", got)
	}
	if got, want := w.Header().Get("Content-Length"), strconv.Itoa(w.Body.Len()); got != want {
		tb.Errorf("content length %s, want %s", got, want)
	}
}

// result makes a result from its columns and rows in JSON and the numbers of its
// meta, in the order in which they are sent.
func result(columns, rows string, micros int, changes, lastRowID int64, changed bool, size, read, written int64) d1.Result {
	return d1.Result{
		Rows: d1.Rows{ColumnsJSON: []byte(columns), JSON: []byte(rows)},
		Meta: d1.Meta{
			ServedBy: "mock", ServedByPrimary: true, SQLDuration: time.Duration(micros) * time.Microsecond,
			Changes: changes, LastRowID: lastRowID, ChangedDB: changed, SizeAfter: size,
			RowsRead: read, RowsWritten: written, TotalAttempts: 1,
		},
	}
}
