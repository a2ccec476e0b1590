package runtime

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// backend is one workerd behind the front.
type backend struct {
	proc  *process
	dir   string
	proxy *httputil.ReverseProxy
	tr    *http.Transport
	since time.Time

	mu sync.Mutex
	// busy counts requests under way, but for connections that became
	// something else (WebSockets), which nobody waits for.
	busy int
	// idle is closed when busy is 0 after retired.
	idle    chan struct{}
	retired bool
}

// newBackend makes the way to a workerd that listens at addr. What passes is
// changed in nothing: neither names, address, and encoding of a request, nor
// what a reply says.
func newBackend(p *process, addr, dir string) *backend {
	b := &backend{proc: p, dir: dir, idle: make(chan struct{}), since: time.Now()}
	b.tr = &http.Transport{
		DisableCompression:  true,
		MaxIdleConnsPerHost: 256,
		// workerd closes idle connections after five seconds: leave before, so
		// that no request meets a closed one.
		IdleConnTimeout: 2 * time.Second,
	}
	b.proxy = &httputil.ReverseProxy{
		Transport:     b.tr,
		FlushInterval: -1,
		BufferPool:    buffers{pool: &sync.Pool{New: func() any { return new([32 << 10]byte) }}},
		ErrorLog:      log.New(io.Discard, "", 0),
		Rewrite:       func(r *httputil.ProxyRequest) { rewrite(r, addr) },
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				explain(w, http.StatusBadGateway, fmt.Sprintf("The Worker did not answer: %v\n", err))
			}
		},
	}
	return b
}

// rewrite sends a request on as it came.
func rewrite(r *httputil.ProxyRequest, addr string) {
	r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", addr, r.In.Host
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if v, ok := r.In.Header[name]; ok {
			r.Out.Header[name] = v
		}
	}
	// The path in the very spelling of the request line; Go would normalise
	// escapes. One that starts with two slashes cannot be given this way.
	if path, _, _ := strings.Cut(r.In.RequestURI, "?"); strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		r.Out.URL = &url.URL{Scheme: "http", Host: addr, Opaque: path, RawQuery: r.In.URL.RawQuery, ForceQuery: r.In.URL.ForceQuery}
	}
}

// enter counts a request in; it fails when the backend is on its way out.
func (b *backend) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.retired {
		return false
	}
	b.busy++
	return true
}

// leave counts it out.
func (b *backend) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy--
	if b.retired && b.busy == 0 {
		close(b.idle)
	}
}

// retire lets no more requests in.
func (b *backend) retire() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.retired {
		return
	}
	b.retired = true
	if b.busy == 0 {
		close(b.idle)
	}
}

// end waits until requests under way are done, for at most drain or until stop
// is closed, then ends the process, which has grace to do so by itself.
func (b *backend) end(drain, grace time.Duration, stop <-chan struct{}) {
	b.retire()
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case <-b.idle:
	case <-timer.C:
	case <-stop:
	case <-b.proc.ended:
	}
	b.tr.CloseIdleConnections()
	b.proc.stop(grace)
}

// serve passes one request on; it was counted in.
func (b *backend) serve(w http.ResponseWriter, r *http.Request) {
	var once sync.Once
	leave := func() { once.Do(b.leave) }
	defer leave()
	if r.Header.Get("Upgrade") != "" {
		leave()
	}
	w.Header()["Content-Type"] = nil // none is guessed where the Worker gives none
	b.proxy.ServeHTTP(w, r)
}

// answer is the front: it waits where a Worker is about to run, and explains
// where none can.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	for {
		s.mu.Lock()
		current, waiting, failure := s.current, s.waiting, s.failure
		s.mu.Unlock()
		switch {
		case waiting != nil:
			select {
			case <-waiting:
			case <-r.Context().Done():
				return
			}
		case current == nil:
			explain(w, http.StatusServiceUnavailable, "No Worker runs here at the moment.\n\n"+failure+"\n")
			return
		case current.enter():
			current.serve(w, r)
			return
		case ended(r.Context()):
			return
		}
	}
}

func ended(ctx context.Context) bool { return ctx.Err() != nil }

// explain answers in place of a Worker.
func explain(w http.ResponseWriter, code int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text)
}

// buffers lends memory to the proxy.
type buffers struct{ pool *sync.Pool }

// Get implements [httputil.BufferPool].
func (b buffers) Get() []byte {
	a, _ := b.pool.Get().(*[32 << 10]byte)
	return a[:]
}

// Put implements [httputil.BufferPool].
func (b buffers) Put(p []byte) { b.pool.Put((*[32 << 10]byte)(p)) }
