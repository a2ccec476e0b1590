package httpd_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/dione-db/dione/internal/httpd"
)

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// quiet is a log for nobody.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// start serves o on loopback and gives the URL and the server. The test ends it.
func start(t *testing.T, o httpd.Options) (string, *httpd.Server) {
	t.Helper()
	l, err := httpd.Listen(t.Context(), "127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	server := httpd.New(o)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		cancel() // whatever still runs is broken off
		_ = server.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return "http://" + l.Addr().String(), server
}

// get asks for a URL and gives status and body.
func get(t *testing.T, url string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestOneLinePerRequest(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"answer", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "12345")
		}, `status=404 bytes=5 `},
		{"answer without a status", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "1") }, `status=200 bytes=1 `},
		{"early hints", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusAccepted)
		}, `status=202 bytes=0 `},
		{"no answer", func(http.ResponseWriter, *http.Request) {}, `status=200 bytes=0 `},
		{"panic", func(http.ResponseWriter, *http.Request) { panic("no") }, `status=500 bytes=0 `},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log lockedBuffer
			url, server := start(t, httpd.Options{Handler: tt.handler, Log: slog.New(slog.NewTextHandler(&log, nil)), AccessLevel: slog.LevelInfo})
			if _, _, err := get(t, url+"/a/b?secret=c"); err != nil {
				t.Fatal(err)
			}
			if err := server.Shutdown(t.Context()); err != nil { // the line comes after the answer
				t.Fatal(err)
			}
			line := regexp.MustCompile(`level=INFO msg=request request_id=[0-9a-f]{16} method=GET path=/a/b ` + tt.want + `duration=\S+\n`)
			if n := len(line.FindAllString(log.String(), -1)); n != 1 || strings.Contains(log.String(), "secret") {
				t.Errorf("log %q, want one line that matches %s", log.String(), line)
			}
		})
	}
}

func TestRequestsHaveAnIDEach(t *testing.T) {
	seen := map[string]bool{}
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen[httpd.RequestID(r.Context())] = true })
	url, _ := start(t, httpd.Options{Handler: handler, Log: quiet()})
	for range 5 {
		if _, _, err := get(t, url); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 5 || seen[""] {
		t.Errorf("ids %v, want five", seen)
	}
	if id := httpd.RequestID(t.Context()); id != "" {
		t.Errorf("id %q outside of a request, want none", id)
	}
}

func TestAPanicIsAnsweredByTheDesk(t *testing.T) {
	var log lockedBuffer
	url, _ := start(t, httpd.Options{
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errors.New("broken invariant")) }),
		Panicked: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "sorry, see %s", httpd.RequestID(r.Context()))
		},
		Log: slog.New(slog.NewTextHandler(&log, nil)), AccessLevel: slog.LevelDebug,
	})
	for range 2 { // the server goes on
		status, body, err := get(t, url)
		id, ok := strings.CutPrefix(body, "sorry, see ")
		if err != nil || status != http.StatusOK || !ok {
			t.Fatalf("status %d, body %q, error %v; want the desk's answer", status, body, err)
		}
		if line := log.String(); !strings.Contains(line, "request_id="+id) || !strings.Contains(line, "broken invariant") || !strings.Contains(line, "server_test.go") {
			t.Errorf("log %q, want the id %s, the panic and its stack", line, id)
		}
	}
}

func TestAPanicWithinTheAnswerCutsTheConnection(t *testing.T) {
	url, _ := start(t, httpd.Options{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, strings.Repeat("x", 50))
			panic("no")
		}),
		Panicked: func(http.ResponseWriter, *http.Request) { t.Error("the desk was asked to answer a second time") },
		Log:      quiet(),
	})
	if _, body, err := get(t, url); err == nil {
		t.Errorf("body %q and no error, want a connection that ends early", body)
	}
}

func TestShutdownLetsRequestsEnd(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	url, server := start(t, httpd.Options{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-leave
			_, _ = fmt.Fprintf(w, "done, context %v", r.Context().Err())
		}),
		Log: quiet(),
	})
	body := make(chan string, 1)
	go func() {
		_, b, err := get(t, url)
		body <- fmt.Sprint(b, " ", err)
	}()
	<-entered
	ended := make(chan error, 1)
	go func() { ended <- server.Shutdown(context.WithoutCancel(t.Context())) }()
	waitRefused(t, url)
	close(leave)
	if got := <-body; got != "done, context <nil> <nil>" {
		t.Errorf("answer %q, want the whole of it", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// waitRefused returns when a server takes no more connections.
func waitRefused(t *testing.T, url string) {
	t.Helper()
	for {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		_ = conn.Close()
	}
}

func TestShutdownBreaksOffWhenItMay(t *testing.T) {
	entered := make(chan struct{})
	var left bool
	url, server := start(t, httpd.Options{
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			left = true // without a lock: Shutdown must have waited
		}),
		Log: quiet(),
	})
	go func() { _, _, _ = get(t, url) }()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v, want context.Canceled", err)
	}
	if !left {
		t.Error("Shutdown returned before the handler")
	}
}

func TestManyConnectionsStayOpen(t *testing.T) {
	url, _ := start(t, httpd.Options{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), Log: quiet()})
	conns := make([]net.Conn, 300)
	for i := range conns {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns[i] = conn
	}
	for range 2 {
		for _, conn := range conns {
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: d1\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp.Close || resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d, close %v; want 200 and a connection that stays", resp.StatusCode, resp.Close)
			}
			_ = resp.Body.Close()
		}
	}
}

// A handler that flushes or sets deadlines reaches net/http through the porch.
func TestTheResponseControllerWorks(t *testing.T) {
	url, _ := start(t, httpd.Options{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Errorf("Flush: %v", err)
			}
		}),
		Log: quiet(),
	})
	if _, _, err := get(t, url); err != nil {
		t.Fatal(err)
	}
}

// The porch costs little while its log is off.
func TestTheHotPathAllocatesLittle(t *testing.T) {
	handler := httpd.New(httpd.Options{
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		Log:     slog.New(slog.NewTextHandler(&lockedBuffer{}, nil)), AccessLevel: slog.LevelDebug,
	})
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/query", nil)
	const most = 3 // the exchange, its context, the request with that context
	if n := testing.AllocsPerRun(100, func() { handler.ServeHTTP(w, r) }); n > most {
		t.Errorf("%v allocations per request, want at most %d", n, most)
	}
}
