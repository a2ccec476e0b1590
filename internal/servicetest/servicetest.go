// Package servicetest holds every [d1.Service] to the contract written there:
// the engine, the guard before it, and what reaches them from afar.
package servicetest

import (
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dione-db/dione/d1"
)

// bookmarkShape is what every client's collation is known to order right.
var bookmarkShape = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$`)

// names makes the names of databases differ, also where cases share a folder.
var names atomic.Int64

// suite is what one case works with.
type suite struct {
	*testing.T
	svc d1.Service
	db  d1.DatabaseID // an empty database
}

// Run runs all cases, each with a service of its own that open makes and cleans up
// with t.Cleanup. The service must let the context of the test do everything.
func Run(t *testing.T, open func(t *testing.T) d1.Service) {
	t.Helper()
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"Query", queryCases},
		{"Values", valueCases},
		{"Transaction", transactionCases},
		{"Error", errorCases},
		{"Session", sessionCases},
		{"Import", importCases},
		{"Export", exportCases},
		{"Catalog", catalogCases},
		{"Together", togetherCases},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					s := &suite{T: t, svc: open(t)}
					s.db = s.create(s.name("db"))
					c.run(s)
				})
			}
		})
	}
}

type testCase struct {
	name string
	run  func(s *suite)
}

// name gives a name for a database that nobody else has.
func (s *suite) name(base string) string {
	return fmt.Sprintf("%s-%d", base, names.Add(1))
}

func (s *suite) create(name string) d1.DatabaseID {
	s.Helper()
	db, err := s.svc.CreateDatabase(s.Context(), d1.CreateDatabaseRequest{Name: name})
	if err != nil {
		s.Fatalf("create database: %v", err)
	}
	return db.ID
}

// stmt binds values: nil, float64, int (as INTEGER), string, []byte.
func stmt(sql string, params ...any) d1.Statement {
	st := d1.Statement{SQL: sql}
	for _, p := range params {
		switch v := p.(type) {
		case nil:
			st.Params.AppendNull()
		case float64:
			st.Params.AppendReal(v)
		case int:
			st.Params.AppendInteger(int64(v))
		case string:
			st.Params.AppendText(v)
		case []byte:
			st.Params.AppendBlob(v)
		default:
			panic(fmt.Sprintf("servicetest: cannot bind a %T", p))
		}
	}
	return st
}

// try runs statements on the case's database, rows as arrays.
func (s *suite) try(stmts ...d1.Statement) ([]d1.Result, error) {
	resp, err := s.svc.Query(s.Context(), d1.QueryRequest{Database: s.db, Statements: stmts})
	return resp.Results, err
}

// query is try where an error ends the case.
func (s *suite) query(stmts ...d1.Statement) []d1.Result {
	s.Helper()
	res, err := s.try(stmts...)
	if err != nil {
		s.Fatalf("%s: %v", texts(stmts), err)
	}
	return res
}

func texts(stmts []d1.Statement) string {
	var b strings.Builder
	for i, st := range stmts {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(st.SQL)
	}
	return b.String()
}

// one runs one statement.
func (s *suite) one(sql string, params ...any) d1.Result {
	s.Helper()
	res := s.query(stmt(sql, params...))
	if len(res) != 1 {
		s.Fatalf("%s: %d results, want 1", sql, len(res))
	}
	return res[0]
}

// exec runs texts one request each.
func (s *suite) exec(sqls ...string) {
	s.Helper()
	for _, sql := range sqls {
		s.one(sql)
	}
}

// rows gives the rows of a result as JSON, "[]" for none.
func rows(r d1.Result) string {
	if len(r.Rows.JSON) == 0 {
		return "[]"
	}
	return string(r.Rows.JSON)
}

// wantRows runs one statement and compares its rows.
func (s *suite) wantRows(want, sql string, params ...any) {
	s.Helper()
	if got := rows(s.one(sql, params...)); got != want {
		s.Errorf("%s: rows %s, want %s", sql, got, want)
	}
}

// wantError compares kind and text; an empty text is any.
func (s *suite) wantError(err error, kind d1.Kind, text string) *d1.Error {
	s.Helper()
	if err == nil {
		s.Errorf("no error, want %q", text)
		return &d1.Error{}
	}
	e := d1.AsError(err)
	if e.Kind != kind || text != "" && e.Message != text {
		s.Errorf("error %q of kind %d, want %q of kind %d", e.Message, e.Kind, text, kind)
	}
	return e
}
