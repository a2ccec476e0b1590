package auth_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/auth"
)

const (
	own   = d1.DatabaseID("11111111-1111-4111-8111-111111111111")
	other = d1.DatabaseID("22222222-2222-4222-8222-222222222222")
)

// countingService answers everything with nothing and notes which method was called.
type countingService struct{ calls []string }

func (s *countingService) note(name string) { s.calls = append(s.calls, name) }

func (s *countingService) Query(context.Context, d1.QueryRequest) (d1.QueryResponse, error) {
	s.note("query")
	return d1.QueryResponse{Bookmark: "b"}, nil
}

func (s *countingService) Import(context.Context, d1.ImportRequest) (d1.ImportResponse, error) {
	s.note("import")
	return d1.ImportResponse{NumQueries: 7}, nil
}

func (s *countingService) Export(context.Context, d1.ExportRequest) (d1.ExportResponse, error) {
	s.note("export")
	return d1.ExportResponse{}, nil
}

func (s *countingService) CreateDatabase(context.Context, d1.CreateDatabaseRequest) (d1.Database, error) {
	s.note("create_database")
	return d1.Database{ID: other}, nil
}

func (s *countingService) Database(context.Context, string) (d1.Database, error) {
	s.note("database")
	return d1.Database{ID: other}, nil
}

func (s *countingService) Databases(context.Context, d1.ListRequest) (d1.ListResponse, error) {
	s.note("databases")
	return d1.ListResponse{Total: 5}, nil
}

func (s *countingService) DeleteDatabase(context.Context, d1.DatabaseID) error {
	s.note("delete_database")
	return d1.Errorf(d1.KindNotFound, d1.CodeNotFound, "gone")
}

// methods calls each method of a service about one database.
var methods = map[string]func(ctx context.Context, s d1.Service, id d1.DatabaseID) error{
	"query": func(ctx context.Context, s d1.Service, id d1.DatabaseID) error {
		_, err := s.Query(ctx, d1.QueryRequest{Database: id})
		return err
	},
	"export": func(ctx context.Context, s d1.Service, id d1.DatabaseID) error {
		_, err := s.Export(ctx, d1.ExportRequest{Database: id})
		return err
	},
	"import": func(ctx context.Context, s d1.Service, id d1.DatabaseID) error {
		_, err := s.Import(ctx, d1.ImportRequest{Database: id})
		return err
	},
	"create_database": func(ctx context.Context, s d1.Service, id d1.DatabaseID) error {
		_, err := s.CreateDatabase(ctx, d1.CreateDatabaseRequest{Name: "n", ID: id})
		return err
	},
	"database": func(ctx context.Context, s d1.Service, id d1.DatabaseID) error {
		_, err := s.Database(ctx, string(id))
		return err
	},
	"databases": func(ctx context.Context, s d1.Service, _ d1.DatabaseID) error {
		_, err := s.Databases(ctx, d1.ListRequest{})
		return err
	},
	"delete_database": func(ctx context.Context, s d1.Service, id d1.DatabaseID) error {
		return s.DeleteDatabase(ctx, id)
	},
}

func TestGuardAllowsEachCallerItsOwn(t *testing.T) {
	const refusedUnknown, refusedKnown = d1.KindUnauthorized, d1.KindForbidden
	reads := []string{"database", "databases", "export"}
	all := []string{"query", "export", "import", "create_database", "database", "databases", "delete_database"}
	tests := []struct {
		name    string
		caller  *auth.Caller
		id      d1.DatabaseID
		allowed []string
		refusal d1.Kind
	}{
		{"nobody", nil, own, nil, refusedUnknown},
		{"a binding on its own database", &auth.Caller{Name: "binding", Database: own, Access: auth.AccessWrite}, own, []string{"query", "export"}, refusedKnown},
		{"a binding on another", &auth.Caller{Name: "binding", Database: own, Access: auth.AccessWrite}, other, nil, refusedKnown},
		{"a binding on none", &auth.Caller{Name: "binding", Database: own, Access: auth.AccessWrite}, "", nil, refusedKnown},
		{"a reader of one database", &auth.Caller{Name: "reader", Database: own, Access: auth.AccessRead}, own, []string{"export"}, refusedKnown},
		{"a reader of the node", &auth.Caller{Name: "reader", Node: true, Access: auth.AccessRead}, own, reads, refusedKnown},
		{"a caller without rights", &auth.Caller{Name: "empty"}, own, nil, refusedKnown},
		{"a caller without rights on none", &auth.Caller{Name: "empty", Access: auth.AccessWrite}, "", nil, refusedKnown},
		{"the command line", auth.LocalCaller("cli"), own, all, refusedKnown},
	}
	for _, tt := range tests {
		for method, call := range methods {
			t.Run(tt.name+"/"+method, func(t *testing.T) {
				ctx := t.Context()
				if tt.caller != nil {
					ctx = auth.WithCaller(ctx, tt.caller)
				}
				var out bytes.Buffer
				next := &countingService{}
				err := call(ctx, auth.NewGuard(next, slog.New(slog.NewTextHandler(&out, nil))), tt.id)
				if slices.Contains(tt.allowed, method) {
					if len(next.calls) != 1 || next.calls[0] != method {
						t.Errorf("calls behind the guard %v, want one of %s", next.calls, method)
					}
					if strings.Contains(out.String(), "refused") {
						t.Errorf("log %q speaks of a refusal", out.String())
					}
					return
				}
				if len(next.calls) != 0 {
					t.Errorf("calls behind the guard %v, want none", next.calls)
				}
				if err == nil || d1.KindOf(err) != tt.refusal {
					t.Fatalf("error %v, want kind %v", err, tt.refusal)
				}
				if line := out.String(); !strings.Contains(line, "call refused") || !strings.Contains(line, "method="+method) {
					t.Errorf("log %q, want a refusal of %s", line, method)
				}
			})
		}
	}
}

func TestGuardWritesDownEveryChangeToTheNode(t *testing.T) {
	tests := []struct{ method, line string }{
		{"create_database", "caller=cli database=" + string(other) + " succeeded=true"},
		{"import", "caller=cli database=" + string(own) + " succeeded=true"},
		{"delete_database", "caller=cli database=" + string(own) + " succeeded=false"},
		{"query", ""},
		{"export", ""},
		{"database", ""},
		{"databases", ""},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			var out bytes.Buffer
			g := auth.NewGuard(&countingService{}, slog.New(slog.NewTextHandler(&out, nil)))
			_ = methods[tt.method](auth.WithCaller(t.Context(), auth.LocalCaller("cli")), g, own)
			if got := out.String(); !strings.Contains(got, tt.line) || (tt.line == "" && got != "") {
				t.Errorf("log %q, want %q", got, tt.line)
			}
		})
	}
}

func TestTrustedHandlerGivesItsCallerToEveryRequest(t *testing.T) {
	want := auth.LocalCaller("cli")
	var got *auth.Caller
	h := auth.Trusted(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = auth.CallerOf(r.Context()) }), want)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if got != want {
		t.Errorf("caller %v, want %v", got, want)
	}
}
