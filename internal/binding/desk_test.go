package binding_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/auth"
)

func TestShapesOfResults(t *testing.T) {
	const meta = `"meta":{"served_by":"","served_by_primary":false,"timings":{"sql_duration_ms":0},"duration":0,"changes":0,"last_row_id":0,"changed_db":false,"size_after":0,"rows_read":0,"rows_written":0}}]`
	rows := d1.Rows{ColumnsJSON: []byte(`["a","a"]`), JSON: []byte(`ROWS`)}
	noRows := d1.Rows{ColumnsJSON: []byte(`["a"]`)}
	tests := []struct {
		name, query string
		rows        d1.Rows
		format      d1.Format
		want        string
	}{
		{"columns", "?resultsFormat=ROWS_AND_COLUMNS", rows, d1.FormatArrays, `{"columns":["a","a"],"rows":ROWS}`},
		{"columns, no rows", "?resultsFormat=ROWS_AND_COLUMNS", noRows, d1.FormatArrays, `{"columns":["a"],"rows":[]}`},
		{"columns, no columns", "?resultsFormat=ROWS_AND_COLUMNS", d1.Rows{}, d1.FormatArrays, `{"columns":[],"rows":[]}`},
		{"columns, among other keys", "?x=1&resultsFormat=ROWS%5FAND_COLUMNS", rows, d1.FormatArrays, `{"columns":["a","a"],"rows":ROWS}`},
		{"none", "?resultsFormat=NONE", rows, d1.FormatObjects, `ROWS`},
		{"none, no rows", "?resultsFormat=NONE", noRows, d1.FormatObjects, `[]`},
		{"objects", "?resultsFormat=ARRAY_OF_OBJECTS", rows, d1.FormatObjects, `ROWS`},
		{"missing", "", rows, d1.FormatObjects, `ROWS`},
		{"unknown", "?resultsFormat=CSV", rows, d1.FormatObjects, `ROWS`},
		{"malformed", "?resultsFormat=%zz", rows, d1.FormatObjects, `ROWS`},
	}
	for _, tt := range tests {
		for _, path := range []string{"/query", "/execute"} { // they do the same
			t.Run(tt.name+path, func(t *testing.T) {
				svc := &scriptedService{answer: func(context.Context, d1.QueryRequest) (d1.QueryResponse, error) {
					return d1.QueryResponse{Results: []d1.Result{{Rows: tt.rows}}}, nil
				}}
				got := ask(t, newDesk(svc, io.Discard), path+tt.query, `{"sql":"x"}`)
				if want := `[{"success":true,"results":` + tt.want + `,` + meta; got != want {
					t.Errorf("answer\n%s\nwant\n%s", got, want)
				}
				if svc.calls[0].format != tt.format {
					t.Errorf("format %v, want %v", svc.calls[0].format, tt.format)
				}
			})
		}
	}
}

func TestLongRowsAreSentWhole(t *testing.T) {
	long := `[["` + strings.Repeat("x", 1<<20) + `"]]`
	for _, sizes := range [][]int{{len(long)}, {2, len(long)}, {len(long), 2, len(long)}} {
		svc := &scriptedService{answer: func(context.Context, d1.QueryRequest) (d1.QueryResponse, error) {
			var results []d1.Result
			for _, n := range sizes {
				results = append(results, result(`["c"]`, map[bool]string{true: long, false: "[]"}[n > 2], 0, 0, 0, false, 0, 0, 0))
			}
			return d1.QueryResponse{Results: results}, nil
		}}
		got := ask(t, newDesk(svc, io.Discard), columnsFormat, `{"sql":"x"}`)
		if n := strings.Count(got, `"rows":`+long+`},"meta":{`) + strings.Count(got, `"rows":[]},"meta":{`); n != len(sizes) {
			t.Errorf("%d of %d results are in the answer of %d bytes", n, len(sizes), len(got))
		}
	}
}

func TestFailuresAreOneObjectWithAText(t *testing.T) {
	disk := errors.New("write /var/lib/x: no space left")
	tests := []struct {
		name   string
		err    error
		text   string
		logged string // a part of the line in the log; "" for no line
	}{
		{"SQL", d1.Errorf(d1.KindSQL, d1.CodeSQL, "no such table: \"a\"\n: SQLITE_ERROR"), `no such table: \"a\"\n: SQLITE_ERROR`, ""},
		{"overload", d1.Errorf(d1.KindUnavailable, d1.CodeOverloaded, d1.TextOverloaded), `D1 DB is overloaded. Too many requests queued.`, ""},
		{"unknown database", d1.Errorf(d1.KindNotFound, d1.CodeNotFound, "no database %s", testDB), `no database ` + string(testDB), ""},
		{"forbidden", d1.Errorf(d1.KindForbidden, d1.CodeForbidden, "not yours"), `not yours`, ""},
		{"wrapped", fmt.Errorf("run: %w", d1.Errorf(d1.KindSQL, d1.CodeSQL, "bad")), `bad`, ""},
		{"damaged", d1.Errorf(d1.KindDamaged, d1.CodeDamaged, "the file is damaged").Because(disk), `the file is damaged`, "no space left"},
		{"disk full", d1.Errorf(d1.KindUnavailable, d1.CodeStorage, "the disk is full").Because(disk), `the disk is full`, "no space left"},
		{"foreign", fmt.Errorf("open: %w", disk), `internal error; reference = ref-1`, "open: write /var/lib/x: no space left"},
		{"internal", d1.Errorf(d1.KindInternal, d1.CodeInternal, "secret detail").Because(disk), `internal error; reference = ref-1`, "no space left"},
		{"without a text", d1.Errorf(d1.KindSQL, d1.CodeSQL, ""), `internal error; reference = ref-1`, ""},
		{"nothing at all", nil, `No SQL statements detected.`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			svc := &scriptedService{answer: func(context.Context, d1.QueryRequest) (d1.QueryResponse, error) {
				return d1.QueryResponse{}, tt.err
			}}
			got := ask(t, newDesk(svc, &log), columnsFormat, `[{"sql":"a"},{"sql":"b"}]`)
			if want := `{"success":false,"error":"` + tt.text + `"}`; got != want {
				t.Errorf("answer %s, want %s", got, want)
			}
			switch line := log.String(); {
			case tt.logged == "" && line != "":
				t.Errorf("log %q, want nothing", line)
			case tt.logged != "" && (!strings.Contains(line, tt.logged) || !strings.Contains(line, "request_id=ref-1")):
				t.Errorf("log %q, want one with %q and the request id", line, tt.logged)
			}
		})
	}
}

func TestPanickedAnswersLikeAnInternalError(t *testing.T) {
	w := httptest.NewRecorder()
	newDesk(nil, io.Discard).Panicked(w, newRequest(t.Context(), columnsFormat, nil))
	checkOutside(t, w)
	if got, want := w.Body.String(), `{"success":false,"error":"internal error; reference = ref-1"}`; got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
}

func TestBindingsWithoutTheRightHeadersAreToldWhatToDo(t *testing.T) {
	secret := auth.BindingSecret(testKey(), testDB)
	tests := []struct {
		name, database, authorization string
		text                          string // "" when the request is good
	}{
		{"right", string(testDB), "Bearer " + secret, ""},
		{"upper-case id", strings.ToUpper(string(testDB)), "Bearer " + secret, ""},
		{"lower-case scheme", string(testDB), "bearer " + secret, ""},
		{"no database", "", "Bearer " + secret, "does not name a database"},
		{"no id", "../../etc/passwd", "Bearer " + secret, "no id of a database"},
		{"no secret", string(testDB), "", "brings no secret"},
		{"empty secret", string(testDB), "Bearer ", "brings no secret"},
		{"wrong secret", string(testDB), "Bearer " + strings.Repeat("0", 64), "not the one of database"},
		{"another scheme", string(testDB), "Basic " + secret, "not the one of database"},
		{"secret of another", "5c0ffee0-1111-4222-8333-444455556667", "Bearer " + secret, "not the one of database"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			svc := &scriptedService{}
			r := newRequest(t.Context(), columnsFormat, strings.NewReader(`{"sql":"SELECT 1"}`))
			r.Header.Set("x-d1-database-id", tt.database)
			r.Header.Set("authorization", tt.authorization)
			w := httptest.NewRecorder()
			newDesk(svc, io.Discard).ServeHTTP(w, r)
			checkOutside(t, w)
			if tt.text == "" {
				if len(svc.calls) != 1 || svc.calls[0].database != testDB {
					t.Fatalf("the service was asked %v, want once for %s; answer %s", svc.calls, testDB, w.Body)
				}
				return
			}
			if got := w.Body.String(); !strings.HasPrefix(got, `{"success":false,"error":"`) || !strings.Contains(got, tt.text) ||
				!strings.Contains(got, "dione binding") || strings.Contains(got, secret) {
				t.Errorf("answer %s, want a failure with %q that names the command and no secret", got, tt.text)
			}
			if len(svc.calls) != 0 {
				t.Errorf("the service was asked %v, want nothing", svc.calls)
			}
		})
	}
}

// The guard behind the desk must know the caller.
func TestTheServiceLearnsWhoAsks(t *testing.T) {
	var got *auth.Caller
	svc := &scriptedService{answer: func(ctx context.Context, _ d1.QueryRequest) (d1.QueryResponse, error) {
		got = auth.CallerOf(ctx)
		return d1.QueryResponse{}, nil
	}}
	ask(t, newDesk(svc, io.Discard), columnsFormat, `{"sql":"SELECT 1"}`)
	if got == nil || got.Database != testDB {
		t.Errorf("caller %+v, want the binding of %s", got, testDB)
	}
}

func TestEverythingElseIsNotFound(t *testing.T) {
	tests := []struct{ method, target string }{
		{http.MethodPost, "/dump"},
		{http.MethodPost, "/"},
		{http.MethodPost, "/query/"},
		{http.MethodPost, "/Query"},
		{http.MethodPost, "//query"},
		{http.MethodGet, "/query"},
		{http.MethodPut, "/execute"},
		{http.MethodOptions, "/query"},
	}
	for _, tt := range tests {
		t.Run(tt.method+tt.target, func(t *testing.T) {
			svc := &scriptedService{}
			r := newRequest(t.Context(), "/", strings.NewReader(`{"sql":"SELECT 1"}`))
			r.Method, r.URL.Path = tt.method, tt.target
			w := httptest.NewRecorder()
			newDesk(svc, io.Discard).ServeHTTP(w, r)
			if got := w.Body.String(); w.Code != http.StatusNotFound || got != `{"error":"Not found"}` || len(svc.calls) != 0 {
				t.Errorf("status %d, body %s, %d calls; want 404, {\"error\":\"Not found\"}, none", w.Code, got, len(svc.calls))
			}
			if h := w.Header(); h.Get("Content-Length") != "21" || h.Get("Content-Type") != "application/json" {
				t.Errorf("header %v", h)
			}
		})
	}
}

func TestSessionHeader(t *testing.T) {
	const bookmark = "00000001-00000002-00005000-8e61117bf38d7adb71b934ebbf891683"
	sqlError := d1.Errorf(d1.KindSQL, d1.CodeSQL, "bad")
	tests := []struct {
		name     string
		in       []string
		session  string // what the service gets
		bookmark d1.Bookmark
		err      error
		out      string
	}{
		{"none", nil, "", bookmark, nil, ""},
		{"none, failure", nil, "", bookmark, sqlError, ""},
		{"unconstrained", []string{"first-unconstrained"}, "first-unconstrained", bookmark, nil, bookmark},
		{"primary", []string{"first-primary"}, "first-primary", bookmark, nil, bookmark},
		{"failure", []string{"first-primary"}, "first-primary", bookmark, sqlError, bookmark},
		{"trimmed", []string{" \tfirst-primary  "}, "first-primary", bookmark, nil, bookmark},
		{"empty", []string{""}, "first-unconstrained", bookmark, nil, bookmark},
		{"garbage", []string{"token-doesnot-matter-for-now"}, "token-doesnot-matter-for-now", bookmark, nil, bookmark},
		{"no bookmark to give", []string{"first-primary"}, "first-primary", "", sqlError, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			svc := &scriptedService{answer: func(context.Context, d1.QueryRequest) (d1.QueryResponse, error) {
				return d1.QueryResponse{Results: make([]d1.Result, 1), Bookmark: tt.bookmark}, tt.err
			}}
			r := newRequest(t.Context(), columnsFormat, strings.NewReader(`{"sql":"SELECT 1"}`))
			if tt.in != nil {
				r.Header["X-Cf-D1-Session-Commit-Token"] = tt.in
			}
			w := httptest.NewRecorder()
			newDesk(svc, io.Discard).ServeHTTP(w, r)
			checkOutside(t, w)
			if svc.calls[0].session != tt.session {
				t.Errorf("session %q, want %q", svc.calls[0].session, tt.session)
			}
			out, present := w.Header()["X-Cf-D1-Session-Commit-Token"]
			if present != (tt.out != "") || (present && out[0] != tt.out) {
				t.Errorf("answered %q, want %q", out, tt.out)
			}
		})
	}
}

// zeros is a body of the given length that never was in memory.
func zeros(n int64) io.Reader { return io.LimitReader(endless('0'), n) }

type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

func TestBodiesOfAnySizeLeaveTheConnectionUsable(t *testing.T) {
	const limit = 64 << 20
	text := strings.Repeat("x", 3<<20)
	tests := []struct {
		name    string
		body    func() io.Reader
		length  int64 // -1: chunked
		secret  bool
		answer  string // what it starts with
		queries int
	}{
		{"large", func() io.Reader { return strings.NewReader(`{"sql":"x","params":["` + text + `"]}`) }, int64(len(text)) + 25, true, `[{"success":true`, 1},
		{"large, chunked", func() io.Reader { return strings.NewReader(`{"sql":"x","params":["` + text + `"]}`) }, -1, true, `[{"success":true`, 1},
		{"too large", func() io.Reader { return zeros(limit + 1) }, limit + 1, true, `{"success":false,"error":"the request has more than 67108864 bytes; split`, 0},
		{"too large, chunked", func() io.Reader { return zeros(limit + 1) }, -1, true, `{"success":false,"error":"the request has more than 67108864 bytes; split`, 0},
		{"large, wrong secret", func() io.Reader { return zeros(limit) }, limit, false, `{"success":false,"error":"the secret of this binding`, 0},
		{"empty", func() io.Reader { return http.NoBody }, 0, true, `{"success":false,"error":"the request is no JSON: it ends`, 0},
	}
	svc := &scriptedService{}
	connections := 0
	server := httptest.NewServer(newDesk(svc, io.Discard))
	defer server.Close()
	client := server.Client()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			svc.calls = nil
			r := newRequest(t.Context(), "/", tt.body())
			r.RequestURI = ""
			r.ContentLength = tt.length
			r.URL.Scheme, r.URL.Host, r.URL.Path = "http", server.Listener.Addr().String(), "/query"
			if !tt.secret {
				r.Header.Set("Authorization", "Bearer wrong")
			}
			r = r.WithContext(traceConnections(t.Context(), &connections))
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(body), tt.answer) || len(svc.calls) != tt.queries {
				t.Errorf("answer %.200s and %d queries, want %s… and %d", body, len(svc.calls), tt.answer, tt.queries)
			}
		})
	}
	if connections != 1 {
		t.Errorf("%d connections were opened, want 1", connections)
	}
}

func TestABodyThatIsCutOffIsNoQuery(t *testing.T) {
	svc := &scriptedService{}
	w := httptest.NewRecorder()
	body := io.MultiReader(strings.NewReader(`{"sql":"DELETE FROM t"}`), errorReader{})
	newDesk(svc, io.Discard).ServeHTTP(w, newRequest(t.Context(), columnsFormat, body))
	checkOutside(t, w)
	if got := w.Body.String(); !strings.Contains(got, "ended after 23 bytes") || len(svc.calls) != 0 {
		t.Errorf("answer %s and %d queries, want a failure and none", got, len(svc.calls))
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAClientThatGoesAwayCancelsItsQuery(t *testing.T) {
	started, ended := make(chan struct{}), make(chan error, 1)
	svc := &scriptedService{answer: func(ctx context.Context, _ d1.QueryRequest) (d1.QueryResponse, error) {
		close(started)
		<-ctx.Done()
		ended <- ctx.Err()
		return d1.QueryResponse{}, ctx.Err()
	}}
	var log lockedBuffer
	server := httptest.NewServer(newDesk(svc, &log))
	ctx, cancel := context.WithCancel(t.Context())
	r := newRequest(ctx, "/", strings.NewReader(`{"sql":"SELECT 1"}`))
	r.RequestURI = ""
	r.URL.Scheme, r.URL.Host, r.URL.Path = "http", server.Listener.Addr().String(), "/query"
	go func() {
		<-started
		cancel()
	}()
	resp, err := server.Client().Do(r)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the query ended with %v, want context.Canceled", err)
	}
	server.Close() // waits for the handler
	if got := log.String(); got != "" {
		t.Errorf("log %q, want nothing: nobody did wrong", got)
	}
}

// Memory is used again from request to request; nothing may leak from one into another.
func TestRequestsAtOnceDoNotMix(t *testing.T) {
	svc := &scriptedService{answer: func(_ context.Context, req d1.QueryRequest) (d1.QueryResponse, error) {
		rows := spell(&req.Statements[0])
		if len(req.Statements) > 1 {
			rows += spell(&req.Statements[1])
		}
		return d1.QueryResponse{Results: []d1.Result{{Rows: d1.Rows{JSON: []byte(rows)}}}}, nil
	}}
	desk := newDesk(svc, io.Discard)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 200 {
				n := worker*1000 + i
				body := fmt.Sprintf(`{"sql":"S\u0020%d","params":[%d,"t\n%d",[%d]]}`, n, n, n, n%256)
				want := fmt.Sprintf(`S %d | %d "t\n%d" x'%02x'`, n, n, n, n%256)
				if i%2 == 1 {
					body = fmt.Sprintf(`[%s,{"sql":"T"}]`, body)
					want += "T |"
				}
				if got := ask(t, desk, noneFormat, body); !strings.Contains(got, `"results":`+want+`,"meta"`) {
					t.Errorf("answer %s, want %s in it", got, want)
				}
			}
		})
	}
	wg.Wait()
}
