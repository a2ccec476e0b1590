package binding_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/auth"
)

const (
	columnsFormat = "/query?resultsFormat=ROWS_AND_COLUMNS"
	noneFormat    = "/execute?resultsFormat=NONE"
)

// capture is one exchange between workerd and a D1 back end, recorded on the
// wire, and what the service behind the desk has to do with it.
type capture struct {
	name             string
	target, session  string // the request line and the session header, "" for none
	body             string
	statements       []string // what the service must be asked; nil when it must not be
	results          []d1.Result
	bookmark         d1.Bookmark
	err              error
	status           int
	length           int
	answer, answered string // the body, and the session header
}

// captures were recorded on one connection, in this order.
var captures = []capture{
	{
		name: "run, DDL", target: noneFormat,
		body:       `{"sql":"CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT, n INT, b BLOB)","params":[]}`,
		statements: []string{`CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT, n INT, b BLOB) |`},
		results:    []d1.Result{result("", "", 255, 0, 0, true, 8192, 1, 2)},
		status:     200, length: 251,
		answer: `[{"success":true,"results":[],"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.255},"duration":0.255,"changes":0,"last_row_id":0,"changed_db":true,"size_after":8192,"rows_read":1,"rows_written":2,"total_attempts":1}}]`,
	},
	{
		name: "run, bound text, number and blob", target: noneFormat,
		body:       `{"sql":"INSERT INTO t (name, n, b) VALUES (?1, ?2, ?3)","params":["héllo \"q\"",3.5,[0,1,255]]}`,
		statements: []string{`INSERT INTO t (name, n, b) VALUES (?1, ?2, ?3) | "h\u00e9llo \"q\"" 3.5 x'0001ff'`},
		results:    []d1.Result{result("[]", "[]", 75, 1, 1, true, 8192, 0, 1)},
		status:     200, length: 251,
		answer: `[{"success":true,"results":[],"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.075},"duration":0.075,"changes":1,"last_row_id":1,"changed_db":true,"size_after":8192,"rows_read":0,"rows_written":1,"total_attempts":1}}]`,
	},
	{
		name: "all, one bound parameter", target: columnsFormat,
		body:       `{"sql":"SELECT * FROM t WHERE id = ?","params":[1]}`,
		statements: []string{`SELECT * FROM t WHERE id = ? | 1`},
		results:    []d1.Result{result(`["id","name","n","b"]`, `[[1,"héllo \"q\"",3.5,[0,1,255]]]`, 56, 0, 1, false, 8192, 1, 0)},
		status:     200, length: 325,
		answer: `[{"success":true,"results":{"columns":["id","name","n","b"],"rows":[[1,"héllo \"q\"",3.5,[0,1,255]]]},"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.056},"duration":0.056,"changes":0,"last_row_id":1,"changed_db":false,"size_after":8192,"rows_read":1,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "raw with column names, duplicates", target: columnsFormat,
		body:       `{"sql":"SELECT 1 AS a, 2 AS a","params":[]}`,
		statements: []string{`SELECT 1 AS a, 2 AS a |`},
		results:    []d1.Result{result(`["a","a"]`, `[[1,2]]`, 25, 0, 1, false, 8192, 0, 0)},
		status:     200, length: 286,
		answer: `[{"success":true,"results":{"columns":["a","a"],"rows":[[1,2]]},"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.025},"duration":0.025,"changes":0,"last_row_id":1,"changed_db":false,"size_after":8192,"rows_read":0,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "batch", target: columnsFormat,
		body:       `[{"sql":"INSERT INTO t(name) VALUES (?)","params":[null]},{"sql":"SELECT count(*) AS c FROM t","params":[]}]`,
		statements: []string{`INSERT INTO t(name) VALUES (?) | null`, `SELECT count(*) AS c FROM t |`},
		results: []d1.Result{
			result("", "", 68, 1, 2, true, 8192, 0, 1),
			result(`["c"]`, `[[2]]`, 16, 0, 2, false, 8192, 2, 0),
		},
		status: 200, length: 552,
		answer: `[{"success":true,"results":{"columns":[],"rows":[]},"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.068},"duration":0.068,"changes":1,"last_row_id":2,"changed_db":true,"size_after":8192,"rows_read":0,"rows_written":1,"total_attempts":1}},{"success":true,"results":{"columns":["c"],"rows":[[2]]},"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.016},"duration":0.016,"changes":0,"last_row_id":2,"changed_db":false,"size_after":8192,"rows_read":2,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "batch, error in the second statement", target: columnsFormat,
		body:       `[{"sql":"INSERT INTO t(name) VALUES (?)","params":["x"]},{"sql":"SELECT * FROM nope","params":[]}]`,
		statements: []string{`INSERT INTO t(name) VALUES (?) | "x"`, `SELECT * FROM nope |`},
		err:        d1.Errorf(d1.KindSQL, d1.CodeSQL, "no such table: nope: SQLITE_ERROR"),
		status:     200, length: 61,
		answer: `{"success":false,"error":"no such table: nope: SQLITE_ERROR"}`,
	},
	{
		name: "batch of nothing", target: columnsFormat,
		body:       `[]`,
		statements: []string{},
		err:        d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, d1.TextNoStatements),
		status:     200, length: 55,
		answer: `{"success":false,"error":"No SQL statements detected."}`,
	},
	{
		name: "exec, two lines", target: noneFormat,
		body:       `[{"sql":"INSERT INTO t(name) VALUES ('e1')"},{"sql":"INSERT INTO t(name) VALUES ('e2'); SELECT 1"}]`,
		statements: []string{`INSERT INTO t(name) VALUES ('e1') |`, `INSERT INTO t(name) VALUES ('e2'); SELECT 1 |`},
		results: []d1.Result{
			result("", "", 19, 1, 3, true, 8192, 0, 1),
			result(`["1"]`, `[{"1":1}]`, 10, 1, 4, true, 8192, 0, 0),
		},
		status: 200, length: 506,
		answer: `[{"success":true,"results":[],"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.019},"duration":0.019,"changes":1,"last_row_id":3,"changed_db":true,"size_after":8192,"rows_read":0,"rows_written":1,"total_attempts":1}},{"success":true,"results":[{"1":1}],"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.01},"duration":0.01,"changes":1,"last_row_id":4,"changed_db":true,"size_after":8192,"rows_read":0,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "exec, error", target: noneFormat,
		body:       `[{"sql":"SELECT 1"},{"sql":"INVALID SQL"}]`,
		statements: []string{`SELECT 1 |`, `INVALID SQL |`},
		err:        d1.Errorf(d1.KindSQL, d1.CodeSQL, `near "INVALID": syntax error at offset 0: SQLITE_ERROR`),
		status:     200, length: 84,
		answer: `{"success":false,"error":"near \"INVALID\": syntax error at offset 0: SQLITE_ERROR"}`,
	},
	{
		name: "bind of every type", target: columnsFormat,
		body:       `{"sql":"SELECT typeof(?1), typeof(?2), typeof(?3), typeof(?4), typeof(?5), ?1, ?2, ?3, ?4, ?5","params":[1,1,"x",null,[0,0]]}`,
		statements: []string{`SELECT typeof(?1), typeof(?2), typeof(?3), typeof(?4), typeof(?5), ?1, ?2, ?3, ?4, ?5 | 1 1 "x" null x'0000'`},
		results: []d1.Result{result(`["typeof(?1)","typeof(?2)","typeof(?3)","typeof(?4)","typeof(?5)","?1","?2","?3","?4","?5"]`,
			`[["real","real","text","null","blob",1,1,"x",null,[0,0]]]`, 69, 0, 4, false, 8192, 0, 0)},
		status: 200, length: 418,
		answer: `[{"success":true,"results":{"columns":["typeof(?1)","typeof(?2)","typeof(?3)","typeof(?4)","typeof(?5)","?1","?2","?3","?4","?5"],"rows":[["real","real","text","null","blob",1,1,"x",null,[0,0]]]},"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.069},"duration":0.069,"changes":0,"last_row_id":4,"changed_db":false,"size_after":8192,"rows_read":0,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "all in a session", target: columnsFormat, session: "first-unconstrained",
		body:       `{"sql":"SELECT 1","params":[]}`,
		statements: []string{`SELECT 1 |`},
		results:    []d1.Result{result(`["1"]`, `[[1]]`, 14, 0, 4, false, 8192, 0, 0)},
		bookmark:   "0000000000000001-00000000",
		status:     200, length: 280, answered: "0000000000000001-00000000",
		answer: `[{"success":true,"results":{"columns":["1"],"rows":[[1]]},"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.014},"duration":0.014,"changes":0,"last_row_id":4,"changed_db":false,"size_after":8192,"rows_read":0,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "run in a session on the primary", target: noneFormat, session: "first-primary",
		body:       `{"sql":"SELECT 1","params":[]}`,
		statements: []string{`SELECT 1 |`},
		results:    []d1.Result{result(`["1"]`, `[{"1":1}]`, 14, 0, 4, false, 8192, 0, 0)},
		bookmark:   "0000000000000002-00000000",
		status:     200, length: 259, answered: "0000000000000002-00000000",
		answer: `[{"success":true,"results":[{"1":1}],"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.014},"duration":0.014,"changes":0,"last_row_id":4,"changed_db":false,"size_after":8192,"rows_read":0,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "a batch, second query of that session", target: columnsFormat, session: "0000000000000002-00000000",
		body:       `[{"sql":"SELECT 2","params":[]}]`,
		statements: []string{`SELECT 2 |`},
		results:    []d1.Result{result(`["2"]`, `[[2]]`, 13, 0, 4, false, 8192, 0, 0)},
		bookmark:   "0000000000000003-00000000",
		status:     200, length: 280, answered: "0000000000000003-00000000",
		answer: `[{"success":true,"results":{"columns":["2"],"rows":[[2]]},"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.013},"duration":0.013,"changes":0,"last_row_id":4,"changed_db":false,"size_after":8192,"rows_read":0,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "run in a session from a bookmark", target: noneFormat,
		session:    "00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683",
		body:       `{"sql":"SELECT 1","params":[]}`,
		statements: []string{`SELECT 1 |`},
		results:    []d1.Result{result(`["1"]`, `[{"1":1}]`, 53, 0, 4, false, 8192, 0, 0)},
		bookmark:   "0000000000000004-00000000",
		status:     200, length: 259, answered: "0000000000000004-00000000",
		answer: `[{"success":true,"results":[{"1":1}],"meta":{"served_by":"mock","served_by_primary":true,"timings":{"sql_duration_ms":0.053},"duration":0.053,"changes":0,"last_row_id":4,"changed_db":false,"size_after":8192,"rows_read":0,"rows_written":0,"total_attempts":1}}]`,
	},
	{
		name: "dump", target: "/dump",
		status: 404, length: 21, answer: `{"error":"Not found"}`,
	},
}

// TestCapturedExchanges sends the bytes that workerd sends, all on one
// connection, and expects the bytes that it was answered.
func TestCapturedExchanges(t *testing.T) {
	svc := &scriptedService{}
	server := httptest.NewServer(newDesk(svc, io.Discard))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for _, c := range captures {
		t.Run(c.name, func(t *testing.T) {
			svc.calls = nil
			svc.answer = func(context.Context, d1.QueryRequest) (d1.QueryResponse, error) {
				return d1.QueryResponse{Results: c.results, Bookmark: c.bookmark}, c.err
			}
			if _, err := io.WriteString(conn, wire(c)); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			checkCapture(t, c, svc.calls)
			if string(body) != c.answer {
				t.Errorf("body\n%s\nwant\n%s", body, c.answer)
			}
			resp.Header.Del("Date")
			header := map[string][]string{"Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(c.length)}}
			if c.answered != "" {
				header["X-Cf-D1-Session-Commit-Token"] = []string{c.answered}
			}
			if !maps.EqualFunc(resp.Header, header, slices.Equal) || resp.StatusCode != c.status || resp.TransferEncoding != nil {
				t.Errorf("status %d, encoding %v, header %v; want %d, none, %v", resp.StatusCode, resp.TransferEncoding, resp.Header, c.status, header)
			}
		})
	}
}

// wire spells the request of c as workerd does, injected headers included.
func wire(c capture) string {
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nContent-Length: %d\r\nHost: d1\r\nContent-Type: application/json\r\n", c.target, len(c.body))
	if c.session != "" {
		fmt.Fprintf(&b, "x-cf-d1-session-commit-token: %s\r\n", c.session)
	}
	fmt.Fprintf(&b, "x-d1-database-id: %s\r\nauthorization: Bearer %s\r\n\r\n%s", testDB, auth.BindingSecret(testKey(), testDB), c.body)
	return b.String()
}

// checkCapture checks what the service was asked.
func checkCapture(t *testing.T, c capture, calls []call) {
	t.Helper()
	if c.statements == nil {
		if len(calls) != 0 {
			t.Errorf("the service was asked %v, want nothing", calls)
		}
		return
	}
	if len(calls) != 1 {
		t.Fatalf("the service was asked %d times, want once", len(calls))
	}
	format := d1.FormatObjects
	if c.target == columnsFormat {
		format = d1.FormatArrays
	}
	got := calls[0]
	if got.database != testDB || got.session != c.session || got.format != format || !slices.Equal(got.statements, c.statements) {
		t.Errorf("the service was asked %+v; want database %s, session %q, format %v, statements %q", got, testDB, c.session, format, c.statements)
	}
}
