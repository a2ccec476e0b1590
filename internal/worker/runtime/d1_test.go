package runtime_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/worker/runtime"
)

// database answers in the shapes of the protocol and keeps what it was asked.
type database struct {
	requests []string
}

func (d *database) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.requests = append(d.requests, fmt.Sprintf("%s %s id=%s auth=%s session=%s %s", r.Method, r.URL,
		r.Header.Get("X-D1-Database-Id"), r.Header.Get("Authorization"), r.Header.Get("X-Cf-D1-Session-Commit-Token"), body))
	if r.Header.Get("X-Cf-D1-Session-Commit-Token") != "" {
		w.Header().Set("X-Cf-D1-Session-Commit-Token", "book-1")
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/dump":
		http.Error(w, `{"error":"no dump"}`, http.StatusNotFound)
	case strings.Contains(string(body), "bad"):
		io.WriteString(w, `{"success":false,"error":"near \"bad\": syntax error: SQLITE_ERROR"}`)
	case strings.Contains(string(body), "gate"):
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, `<html>`)
	default:
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil {
			list = []json.RawMessage{body}
		}
		one := `{"success":true,"results":{"columns":["a","b"],"rows":[[1,[0,255]]]},"meta":{"duration":2,"rows_read":3}}`
		fmt.Fprintf(w, "[%s]", strings.TrimSuffix(strings.Repeat(one+",", len(list)), ","))
	}
}

const d1Worker = `
const attempt = async (f) => { try { return await f() } catch (e) { return e.message } };
export default { async fetch(request, env) {
  const db = env.DB, session = db.withSession('first-primary');
  return Response.json({
    all: await attempt(() => db.prepare('SELECT ?').bind(new Uint8Array([7, 8])).all()),
    raw: await attempt(() => db.prepare('SELECT 1').raw({ columnNames: true })),
    batch: await attempt(async () => (await db.batch([db.prepare('a'), db.prepare('b').bind('x')])).length),
    exec: await attempt(() => db.exec('a\nb')),
    bad: await attempt(() => db.prepare('bad').all()),
    badExec: await attempt(() => db.exec('bad')),
    gate: await attempt(() => db.prepare('gate').all()),
    session: await attempt(async () => { await session.prepare('s').run(); return session.getBookmark() }),
    dump: await attempt(() => db.dump()),
    query: await attempt(() => db.query({ queries: [{ sql: 'q', params: [new Uint8Array([1]).buffer] }] })),
  });
} }`

func TestDatabases(t *testing.T) {
	for _, c := range []struct {
		name    string
		flags   []string
		unix    bool
		differs map[string]string
	}{
		{"over HTTP", nil, false, map[string]string{
			"bad":     `"D1_ERROR: near \"bad\": syntax error: SQLITE_ERROR"`,
			"badExec": `"D1_EXEC_ERROR: Error in line 1: bad: near \"bad\": syntax error: SQLITE_ERROR"`,
		}},
		{"over HTTP and a Unix socket", nil, true, nil},
		{"over RPC", []string{"d1_binding_jsrpc"}, false, map[string]string{
			"bad":     `"D1_ERROR: near \"bad\": syntax error: SQLITE_ERROR"`,
			"badExec": `"D1_EXEC_ERROR: near \"bad\": syntax error: SQLITE_ERROR"`,
			"gate":    `"D1_ERROR: \u003chtml\u003e"`,
			"query":   `{"results":[{"meta":{"duration":2,"rows_read":3},"data":{"kind":"raw","columns":["a","b"],"rows":[[1,[0,255]]]}}]}`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := &database{}
			s := httptest.NewUnstartedServer(db)
			if c.unix {
				var lc net.ListenConfig
				l, err := lc.Listen(t.Context(), "unix", filepath.Join(t.TempDir(), "s"))
				if err != nil {
					t.Fatal(err)
				}
				s.Listener.Close()
				s.Listener = l
			}
			s.Start()
			defer s.Close()
			address := s.Listener.Addr().String()
			if c.unix {
				address = "unix:" + address
			}
			config := script(d1Worker)
			config.Workers[0].CompatibilityFlags = c.flags
			config.Workers[0].D1 = []runtime.D1{{Binding: "DB", Address: address, Headers: []runtime.Header{
				{Name: "x-d1-database-id", Value: "the-id"}, {Name: "authorization", Value: "Bearer secret"},
			}}}
			n := start(t)
			n.load(t, config)
			_, body := n.get(t)
			var got map[string]json.RawMessage
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			want := map[string]string{
				"all":     `{"success":true,"meta":{"duration":2,"rows_read":3},"results":[{"a":1,"b":[0,255]}]}`,
				"raw":     `[["a","b"],[1,[0,255]]]`,
				"batch":   `2`,
				"exec":    `{"count":2,"duration":4}`,
				"session": `"book-1"`,
				"dump":    `"D1_DUMP_ERROR: Status + 404"`,
			}
			maps.Copy(want, c.differs)
			for name, text := range want {
				if compact(got[name]) != compact([]byte(text)) {
					t.Errorf("%s: %s, want %s", name, got[name], text)
				}
			}
			for _, r := range db.requests {
				if !strings.Contains(r, "id=the-id auth=Bearer secret") {
					t.Errorf("request without the headers: %s", r)
				}
			}
			if !strings.Contains(strings.Join(db.requests, "\n"), "[7,8]") {
				t.Errorf("no request has the bytes as numbers: %q", db.requests)
			}
			if !strings.Contains(strings.Join(db.requests, "\n"), "session=first-primary") {
				t.Errorf("no request has the session: %q", db.requests)
			}
		})
	}
}

func compact(b []byte) string {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return string(b)
	}
	return fmt.Sprintf("%#v", v)
}
