package local_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/local"
)

// echoService notes what it was asked last and answers with what it holds.
type echoService struct {
	mu    sync.Mutex
	asked any

	query  d1.QueryResponse
	imp    d1.ImportResponse
	db     d1.Database
	list   d1.ListResponse
	err    error
	during func(ctx context.Context) error // runs within Query, if set
}

func (s *echoService) note(v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = v
}

func (s *echoService) last() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *echoService) Query(ctx context.Context, req d1.QueryRequest) (d1.QueryResponse, error) {
	s.note(req)
	if s.during != nil {
		return d1.QueryResponse{}, s.during(ctx)
	}
	return s.query, s.err
}

func (s *echoService) Import(_ context.Context, req d1.ImportRequest) (d1.ImportResponse, error) {
	s.note(req)
	return s.imp, s.err
}

func (s *echoService) Export(_ context.Context, req d1.ExportRequest) (d1.ExportResponse, error) {
	s.note(req)
	return d1.ExportResponse{Lines: []string{"PRAGMA defer_foreign_keys=TRUE;"}}, s.err
}

func (s *echoService) CreateDatabase(_ context.Context, req d1.CreateDatabaseRequest) (d1.Database, error) {
	s.note(req)
	return s.db, s.err
}

func (s *echoService) Database(_ context.Context, idOrName string) (d1.Database, error) {
	s.note(idOrName)
	return s.db, s.err
}

func (s *echoService) Databases(_ context.Context, req d1.ListRequest) (d1.ListResponse, error) {
	s.note(req)
	return s.list, s.err
}

func (s *echoService) DeleteDatabase(_ context.Context, id d1.DatabaseID) error {
	s.note(id)
	return s.err
}

// serve puts svc behind a socket in a folder of the test and gives a client of it.
func serve(t *testing.T, svc d1.Service, log io.Writer) *local.Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dione.sock")
	serveHandler(t, path, local.NewHandler(svc, slog.New(slog.NewTextHandler(log, nil))))
	return dial(t, path)
}

// serveHandler serves h at a socket until the test ends.
func serveHandler(t *testing.T, path string, h http.Handler) *http.Server {
	t.Helper()
	l, err := local.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return server
}

// dial makes a client that the test closes.
func dial(t *testing.T, path string) *local.Client {
	t.Helper()
	c := local.Dial(path)
	t.Cleanup(c.Close)
	return c
}

const id = d1.DatabaseID("11111111-1111-4111-8111-111111111111")

// someDatabase has every field set.
func someDatabase() d1.Database {
	return d1.Database{ID: id, Name: "shop", CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC), FileSize: 8192, NumTables: 3}
}

// someMeta has every field set.
func someMeta() d1.Meta {
	return d1.Meta{
		ServedBy: "dione", ServedByRegion: "r", ServedByColo: "c", ServedByPrimary: true, SQLDuration: time.Second,
		Changes: 1, LastRowID: -1 << 63, ChangedDB: true, SizeAfter: 4, RowsRead: 5, RowsWritten: 6, TotalAttempts: 7,
	}
}

func TestCallsArriveWhole(t *testing.T) {
	var params d1.Params
	params.AppendNull()
	params.AppendReal(1.5)
	params.AppendInteger(-7)
	params.AppendText("héllo\x00")
	params.AppendBlob([]byte{0, 255})
	params.AppendBlob(nil)
	query := d1.QueryRequest{
		Database: id, Format: d1.FormatObjects, Session: "first-primary",
		Statements: []d1.Statement{{SQL: "SELECT ?", Params: params}, {SQL: ""}},
	}
	svc := &echoService{
		query: d1.QueryResponse{Bookmark: "b", Results: []d1.Result{
			{Rows: d1.Rows{Columns: []string{"a", "a"}, ColumnsJSON: []byte(`["a","a"]`), JSON: []byte(`[[1,2]]`), Count: 1}, Meta: someMeta()},
			{},
		}},
		imp:  d1.ImportResponse{NumQueries: 9, Meta: someMeta(), Bookmark: "b"},
		db:   someDatabase(),
		list: d1.ListResponse{Databases: []d1.Database{someDatabase(), {}}, Total: 12},
	}
	c := serve(t, svc, io.Discard)
	tests := []struct {
		name        string
		call        func() (any, error)
		asked, want any
	}{
		{"query", func() (any, error) { return c.Query(t.Context(), query) }, query, svc.query},
		{
			"import", func() (any, error) {
				return c.Import(t.Context(), d1.ImportRequest{Database: id, SQL: []byte("SELECT '\x00é';")})
			},
			d1.ImportRequest{Database: id, SQL: []byte("SELECT '\x00é';")},
			svc.imp,
		},
		{
			"export", func() (any, error) {
				return c.Export(t.Context(), d1.ExportRequest{Database: id, NoData: true, Tables: []string{"t"}})
			},
			d1.ExportRequest{Database: id, NoData: true, Tables: []string{"t"}},
			d1.ExportResponse{Lines: []string{"PRAGMA defer_foreign_keys=TRUE;"}},
		},
		{
			"create", func() (any, error) {
				return c.CreateDatabase(t.Context(), d1.CreateDatabaseRequest{Name: "shop", ID: id})
			},
			d1.CreateDatabaseRequest{Name: "shop", ID: id},
			svc.db,
		},
		{"database", func() (any, error) { return c.Database(t.Context(), "shop") }, "shop", svc.db},
		{"database, empty name", func() (any, error) { return c.Database(t.Context(), "") }, "", svc.db},
		{
			"databases", func() (any, error) {
				return c.Databases(t.Context(), d1.ListRequest{Name: "s", Page: 2, PerPage: 3})
			},
			d1.ListRequest{Name: "s", Page: 2, PerPage: 3},
			svc.list,
		},
		{"databases, all", func() (any, error) { return c.Databases(t.Context(), d1.ListRequest{}) }, d1.ListRequest{}, svc.list},
		{"delete", func() (any, error) { return nil, c.DeleteDatabase(t.Context(), id) }, id, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.call()
			if err != nil {
				t.Fatal(err)
			}
			// A nil block and an empty one are the same; DeepEqual thinks otherwise.
			if asked := normal(svc.last()); !reflect.DeepEqual(asked, normal(tt.asked)) {
				t.Errorf("the service was asked %#v, want %#v", asked, tt.asked)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("answer %#v, want %#v", got, tt.want)
			}
		})
	}
}

// normal replaces empty blocks of parameters by none.
func normal(v any) any {
	req, ok := v.(d1.QueryRequest)
	if !ok {
		return v
	}
	statements := make([]d1.Statement, len(req.Statements))
	for i, st := range req.Statements {
		statements[i] = d1.Statement{SQL: st.SQL, Params: d1.ParamsFromBlock(append([]byte{}, st.Params.Block()...), st.Params.Len())}
	}
	req.Statements = statements
	return req
}

func TestErrorsArriveWhole(t *testing.T) {
	cause := errors.New("open /data/x: no such file")
	full := d1.Errorf(d1.KindSQL, d1.CodeSQL, "near \"x\": syntax error")
	full.Statement, full.Line = 3, 17
	tests := []struct {
		name   string
		err    error
		want   d1.Error
		cause  string
		logged bool
	}{
		{"with a place", full, *full, "", false},
		{"wrapped", errors.Join(full), *full, "", false},
		{"with a cause", d1.Errorf(d1.KindUnavailable, d1.CodeOverloaded, "busy").Because(cause), d1.Error{Kind: d1.KindUnavailable, Code: d1.CodeOverloaded, Message: "busy"}, cause.Error(), false},
		{"damaged", d1.Errorf(d1.KindDamaged, d1.CodeDamaged, "damaged").Because(cause), d1.Error{Kind: d1.KindDamaged, Code: d1.CodeDamaged, Message: "damaged"}, cause.Error(), true},
		{"foreign", cause, d1.Error{Kind: d1.KindInternal, Code: d1.CodeInternal, Message: "internal error"}, cause.Error(), true},
		{"zero", &d1.Error{}, d1.Error{}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			c := serve(t, &echoService{err: tt.err, query: d1.QueryResponse{Bookmark: "b"}}, &log)
			resp, err := c.Query(t.Context(), d1.QueryRequest{Database: id})
			calls := map[string]error{"query": err}
			_, calls["import"] = c.Import(t.Context(), d1.ImportRequest{Database: id})
			_, calls["create"] = c.CreateDatabase(t.Context(), d1.CreateDatabaseRequest{})
			_, calls["database"] = c.Database(t.Context(), "x")
			_, calls["databases"] = c.Databases(t.Context(), d1.ListRequest{})
			calls["delete"] = c.DeleteDatabase(t.Context(), id)
			if resp.Bookmark != "b" {
				t.Errorf("bookmark %q beside the error, want b", resp.Bookmark)
			}
			for name, err := range calls {
				e, ok := errors.AsType[*d1.Error](err)
				if !ok {
					t.Fatalf("%s: error %v, want a d1.Error", name, err)
				}
				if e.Kind != tt.want.Kind || e.Code != tt.want.Code || e.Message != tt.want.Message ||
					e.Statement != tt.want.Statement || e.Line != tt.want.Line || d1.Cause(err) != tt.cause {
					t.Errorf("%s: error %#v, cause %q; want %#v, %q", name, e, d1.Cause(err), tt.want, tt.cause)
				}
			}
			if logged := log.Len() > 0; logged != tt.logged {
				t.Errorf("log %q, want a line: %v", log.String(), tt.logged)
			}
		})
	}
}

func TestCancelReachesTheService(t *testing.T) {
	started, ended := make(chan struct{}), make(chan error, 1)
	c := serve(t, &echoService{during: func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}}, io.Discard)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	_, err := c.Query(ctx, d1.QueryRequest{Database: id, Statements: []d1.Statement{{SQL: strings.Repeat("x", 100_000)}}})
	if d1.KindOf(err) != d1.KindUnavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want KindUnavailable because of context.Canceled", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the service ended with %v, want context.Canceled", err)
	}
}

func TestAnEndedContextMakesNoCall(t *testing.T) {
	svc := &echoService{}
	c := serve(t, svc, io.Discard)
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if _, err := c.Database(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) || svc.last() != nil {
		t.Errorf("error %v, asked %v; want context.DeadlineExceeded and nothing", err, svc.last())
	}
}

func TestBigImportsAndResults(t *testing.T) {
	const size = 100 << 20
	rows := bytes.Repeat([]byte("r"), size/8)
	svc := &echoService{query: d1.QueryResponse{Results: []d1.Result{{Rows: d1.Rows{JSON: rows}}}}, imp: d1.ImportResponse{NumQueries: 1}}
	c := serve(t, svc, io.Discard)
	file := bytes.Repeat([]byte("INSERT INTO t VALUES (1);\n"), size/26)
	if _, err := c.Import(t.Context(), d1.ImportRequest{Database: id, SQL: file}); err != nil {
		t.Fatal(err)
	}
	if got, ok := svc.last().(d1.ImportRequest); !ok || !bytes.Equal(got.SQL, file) {
		t.Errorf("a file of %d bytes did not arrive whole", len(file))
	}
	resp, err := c.Query(t.Context(), d1.QueryRequest{Database: id})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(resp.Results[0].Rows.JSON, rows) {
		t.Errorf("rows of %d bytes did not arrive whole", len(rows))
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	c := serve(t, &echoService{db: someDatabase()}, io.Discard)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if db, err := c.Database(t.Context(), "shop"); err != nil || db.Name != "shop" {
				t.Errorf("database %v, error %v", db, err)
			}
		})
	}
	wg.Wait()
}

func TestNobodyAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dione.sock")
	_, err := dial(t, path).Databases(t.Context(), d1.ListRequest{})
	if d1.KindOf(err) != d1.KindUnavailable || err == nil || strings.Contains(err.Error(), path) || !strings.Contains(d1.Cause(err), "no such file") {
		t.Errorf("error %v, cause %q; want KindUnavailable without the path, which is for the cause", err, d1.Cause(err))
	}
}

func TestTheProcessGoesAwayDuringACall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dione.sock")
	started := make(chan struct{})
	svc := &echoService{during: func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	}}
	server := serveHandler(t, path, local.NewHandler(svc, slog.New(slog.DiscardHandler)))
	go func() {
		<-started
		_ = server.Close()
	}()
	_, err := dial(t, path).Query(t.Context(), d1.QueryRequest{Database: id})
	if d1.KindOf(err) != d1.KindUnavailable || err == nil || !strings.Contains(err.Error(), "may have been done") {
		t.Errorf("error %v, want KindUnavailable that leaves open what was done", err)
	}
}

func TestAnAnswerThatIsCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dione.sock")
	serveHandler(t, path, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "\x40") }))
	if _, err := dial(t, path).Query(t.Context(), d1.QueryRequest{Database: id}); d1.KindOf(err) != d1.KindUnavailable || err == nil {
		t.Errorf("error %v, want KindUnavailable", err)
	}
}

func TestAnotherVersionAnswers(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		kind    d1.Kind
		text    string
	}{
		{"without the method", http.NotFound, d1.KindInvalid, "another version of dione"},
		{"broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, d1.KindInternal, "status 500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dione.sock")
			serveHandler(t, path, tt.handler)
			_, err := dial(t, path).Query(t.Context(), d1.QueryRequest{})
			if d1.KindOf(err) != tt.kind || err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want kind %v with %q", err, tt.kind, tt.text)
			}
		})
	}
}

func TestTheHandlerRefusesGarbage(t *testing.T) {
	svc := &echoService{}
	h := local.NewHandler(svc, slog.New(slog.DiscardHandler))
	for _, body := range []string{"", "x", "\xff\xff\xff\xff\xff\xff\xff\xff", "{}"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/query", strings.NewReader(body)))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "another version of dione") || svc.last() != nil {
			t.Errorf("body %q: status %d, answer %q, asked %v", body, w.Code, w.Body, svc.last())
		}
	}
}
