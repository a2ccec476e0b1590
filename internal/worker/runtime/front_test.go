package runtime_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestRequestsPassUnchanged writes requests byte by byte and has the Worker tell
// what it got.
func TestRequestsPassUnchanged(t *testing.T) {
	n := start(t)
	n.load(t, script(`export default { async fetch(r) {
  return Response.json([r.method, r.url, (await r.text()).length, Object.fromEntries(r.headers)]) } }`))
	for _, c := range []struct {
		name, request string
		method, url   string
		length        int
		headers       string
	}{
		{"plain", "GET / HTTP/1.1\r\nHost: a.example:81\r\n\r\n", "GET", "http://a.example:81/", 0, `{"host":"a.example:81"}`},
		{"escapes", "GET /a%2fb/%E4%b8/x|y?q=%zz;a&&b=1? HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "http://h/a%2fb/%E4%b8/x|y?q=%zz;a&&b=1?", 0, `{"host":"h"}`},
		{"double slash", "GET //a//b?x HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "http://h//a//b?x", 0, `{"host":"h"}`},
		{"empty query", "GET /a? HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "http://h/a?", 0, `{"host":"h"}`},
		{
			"headers", "DELETE /x HTTP/1.1\r\nHost: h\r\nUser-Agent: me\r\nX-Forwarded-For: 1.2.3.4\r\nForwarded: for=x\r\nAccept-Encoding: br\r\nX-Twice: a\r\nX-Twice: b\r\n\r\n", "DELETE", "http://h/x", 0,
			`{"accept-encoding":"br","forwarded":"for=x","host":"h","user-agent":"me","x-forwarded-for":"1.2.3.4","x-twice":"a, b"}`,
		},
		{"body", "PATCH /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Type: x/y\r\n\r\nhello", "PATCH", "http://h/x", 5, `{"content-length":"5","content-type":"x/y","host":"h"}`},
		{"chunks", "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST", "http://h/x", 3, `{"host":"h","transfer-encoding":"chunked"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", n.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, c.request)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf(`[%q,%s,%d,%s]`, c.method, quoted(c.url), c.length, c.headers)
			if compact(body) != compact([]byte(want)) {
				t.Errorf("the Worker got\n%s, want\n%s", body, want)
			}
		})
	}
}

func TestRepliesPassUnchanged(t *testing.T) {
	n := start(t)
	n.load(t, script(`export default { fetch(r) { const p = new URL(r.url).pathname;
  if (p === '/none') return new Response(new Uint8Array([60, 104, 49, 62]));
  if (p === '/cookies') return new Response(null, { status: 204, headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] });
  if (p === '/away') return new Response('', { status: 302, headers: { location: '/x' } });
  if (p === '/error') throw new Error('oops');
  if (p === '/large') return new Response('x'.repeat(3000000));
  if (p === '/stream') { let c; const s = new ReadableStream({ start(x) { c = x }, async pull() {} });
    c.enqueue(new TextEncoder().encode('first')); return new Response(s); }
} }`))
	// ask reads so many bytes of the body.
	ask := func(path string, length int) (int, http.Header, string) {
		t.Helper()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, n.URL()+path, http.NoBody)
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b := make([]byte, length)
		if _, err := io.ReadFull(res.Body, b); err != nil {
			t.Errorf("%s: read the body: %v", path, err)
		}
		return res.StatusCode, res.Header, string(b)
	}
	if _, h, body := ask("/none", 4); h["Content-Type"] != nil || body != "<h1>" {
		t.Errorf("content type %q of %q, want none", h["Content-Type"], body)
	}
	if status, h, _ := ask("/cookies", 0); status != 204 || len(h["Set-Cookie"]) != 2 {
		t.Errorf("%d %q, want 204 and two cookies", status, h["Set-Cookie"])
	}
	if status, h, _ := ask("/away", 0); status != 302 || h.Get("Location") != "/x" {
		t.Errorf("%d %q, want 302 to /x", status, h.Get("Location"))
	}
	if status, _, _ := ask("/error", 0); status != 500 {
		t.Errorf("status %d, want 500", status)
	}
	if _, h, body := ask("/large", 3000000); strings.Trim(body, "x") != "" || h.Get("Content-Length") != "3000000" {
		t.Errorf("length %s, want 3000000 of x", h.Get("Content-Length"))
	}
	if _, _, body := ask("/stream", 5); body != "first" {
		t.Errorf("the start of a stream: %q", body)
	}
}

func TestWebSocketsPassAndAreCutByNewCode(t *testing.T) {
	n := start(t)
	n.load(t, script(`export default { fetch() { const { 0: client, 1: server } = new WebSocketPair();
  server.accept(); server.addEventListener('message', (e) => server.send('echo ' + e.data));
  return new Response(null, { status: 101, webSocket: client }) } }`))
	conn, err := net.Dial("tcp", n.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v; want 101", res, err)
	}
	res.Body.Close()
	conn.Write([]byte{0x81, 0x82, 0, 0, 0, 0, 'h', 'i'})
	frame := make([]byte, 9)
	if _, err := io.ReadFull(r, frame); err != nil || string(frame[2:]) != "echo hi" {
		t.Errorf("frame %q, %v; want the echo", frame, err)
	}
	n.load(t, says("new"))
	if rest, err := io.ReadAll(r); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("after new code came: %q, %v; want the end", rest, err)
	}
}

func TestAnswersInPlaceOfAWorkerAreText(t *testing.T) {
	n := start(t)
	res, err := http.Get(n.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	var v any
	if json.NewDecoder(res.Body).Decode(&v) == nil {
		t.Error("the explanation is JSON")
	}
}
