package npm_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dione-db/dione/internal/npm"
)

const tarballPath = "/@scope/tool/-/tool-1.2.3.tgz"

// entry is one member of a packed file.
type entry struct {
	name string
	body string
	mode int64
	typ  byte
}

func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	tw := tar.NewWriter(gz)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.body)), Typeflag: e.typ}
		if e.typ == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag != tar.TypeReg {
			h.Size, h.Linkname = 0, e.body
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := tw.Write([]byte(e.body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tool(t testing.TB) []byte {
	t.Helper()
	return pack(
		t,
		entry{name: "package/package.json", body: `{"name":"@scope/tool","version":"1.2.3"}`, mode: 0o600},
		entry{name: "package/bin/tool", body: "run me", mode: 0o744},
		entry{name: "package/lib/a.txt", body: "text", mode: 0o666},
	)
}

func integrity(b []byte) string {
	sum := sha512.Sum512(b)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

func pinned(b []byte) npm.Package {
	return npm.Package{Name: "@scope/tool", Version: "1.2.3", Integrity: integrity(b)}
}

// server serves the packed file at the usual place and counts the requests.
func server(t testing.TB, b []byte) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		if r.URL.Path != tarballPath {
			http.NotFound(w, r)
			return
		}
		w.Write(b)
	}))
	t.Cleanup(s.Close)
	return s, &n
}

// fetcher has an empty home, an npm that is not there, and this registry.
func fetcher(t testing.TB, registry string, more ...string) *npm.Fetcher {
	t.Helper()
	return &npm.Fetcher{
		CacheDir: filepath.Join(t.TempDir(), "deep", "cache"), RetryDelay: time.Millisecond,
		Environ: append([]string{"HOME=" + t.TempDir(), "NPM_CONFIG_REGISTRY=" + registry}, more...),
	}
}

func TestFetchOnceAndUseTwice(t *testing.T) {
	b := tool(t)
	s, requests := server(t, b)
	f := fetcher(t, s.URL+"/")
	var last npm.Event
	f.Progress = func(e npm.Event) { last = e }
	for range 2 {
		dir, err := f.Fetch(t.Context(), pinned(b))
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(f.CacheDir, "scope-tool-1.2.3"); dir != want {
			t.Errorf("folder %s, want %s", dir, want)
		}
		if got := tree(t, dir); got != "-rwxr-xr-x bin/tool=run me\n-rw-r--r-- lib/a.txt=text\n-rw-r--r-- package.json={\"name\":\"@scope/tool\",\"version\":\"1.2.3\"}\n" {
			t.Errorf("unpacked:\n%s", got)
		}
	}
	if requests.Load() != 1 {
		t.Errorf("%d requests, want 1", requests.Load())
	}
	if want := (npm.Event{Package: "@scope/tool@1.2.3", Phase: npm.Downloaded, Bytes: int64(len(b)), Total: int64(len(b))}); last != want {
		t.Errorf("last event %+v, want %+v", last, want)
	}
	if left := entries(t, f.CacheDir); left != "scope-tool-1.2.3" {
		t.Errorf("cache holds %q, want the package alone", left)
	}
}

func TestFetchOnlySomeFiles(t *testing.T) {
	b := tool(t)
	s, _ := server(t, b)
	f := fetcher(t, s.URL)
	p := pinned(b)
	p.Only = []string{"lib/a.txt"}
	dir, err := f.Fetch(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); got != "-rw-r--r-- lib/a.txt=text\n" {
		t.Errorf("unpacked:\n%s", got)
	}
	whole, err := f.Fetch(t.Context(), pinned(b))
	if err != nil || whole == dir {
		t.Errorf("the whole package: %s, %v; want another folder", whole, err)
	}
	p.Only = []string{"lib/none.txt"}
	if _, err := f.Fetch(t.Context(), p); err == nil || !strings.Contains(err.Error(), "lacks a file") {
		t.Errorf("error %v, want one about a missing file", err)
	}
}

func TestFetchFailures(t *testing.T) {
	good := tool(t)
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for _, c := range []struct {
		name     string
		handler  http.HandlerFunc
		pkg      npm.Package
		is       error
		says     []string
		requests int32
	}{
		{"not there", status(404), pinned(good), npm.ErrNotFound, []string{"@scope/tool@1.2.3", "404", "npm pack @scope/tool@1.2.3"}, 2},
		{"login wanted", status(401), pinned(good), nil, []string{"401", "_authToken"}, 1},
		{"overloaded for ever", status(503), pinned(good), nil, []string{"503"}, 4},
		{"another file", func(w http.ResponseWriter, _ *http.Request) { w.Write(good) }, pinned([]byte("x")), nil, []string{integrity(good), integrity([]byte("x"))}, 1},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000000")
			w.Write(good)
		}, pinned(good), nil, []string{"unexpected EOF"}, 4},
		{"bad pin", status(500), npm.Package{Name: "a", Version: "1", Integrity: "sha1-xx"}, nil, []string{"a@1", "sha512-"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var n atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.Add(1); c.handler(w, r) }))
			defer s.Close()
			f := fetcher(t, s.URL)
			_, err := f.Fetch(t.Context(), c.pkg)
			if err == nil {
				t.Fatal("no error")
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %v, want %v", err, c.is)
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
			if n.Load() != c.requests {
				t.Errorf("%d requests, want %d", n.Load(), c.requests)
			}
			if list, err := os.ReadDir(f.CacheDir); err == nil && len(list) > 0 {
				t.Errorf("the cache holds %s", list[0].Name())
			}
		})
	}
}

func TestFetchTriesAgain(t *testing.T) {
	b := tool(t)
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch n.Add(1) {
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		case 2:
			panic(http.ErrAbortHandler)
		default:
			w.Write(b)
		}
	}))
	defer s.Close()
	if _, err := fetcher(t, s.URL).Fetch(t.Context(), pinned(b)); err != nil {
		t.Fatal(err)
	}
	if n.Load() != 3 {
		t.Errorf("%d requests, want 3", n.Load())
	}
}

func TestFetchOffline(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	_, err := fetcher(t, s.URL).Fetch(t.Context(), pinned(nil))
	for _, part := range []string{"reach the npm registry", "npm pack", "scope-tool-1.2.3.tgz"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not say %q", err, part)
		}
	}
}

func TestFetchStopsWhenToldTo(t *testing.T) {
	reached := make(chan struct{}, 8)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		<-r.Context().Done()
	}))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	if _, err := fetcher(t, s.URL).Fetch(ctx, pinned(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
}

func TestFetchAsksWhereTheFileIs(t *testing.T) {
	b := tool(t)
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case "/npm/@scope%2ftool":
			json.NewEncoder(w).Encode(map[string]any{"versions": map[string]any{
				"1.2.3": map[string]any{"dist": map[string]any{"tarball": s.URL + "/elsewhere/file"}},
			}})
		case "/elsewhere/file":
			w.Write(b)
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	if _, err := fetcher(t, s.URL+"/npm").Fetch(t.Context(), pinned(b)); err != nil {
		t.Fatal(err)
	}
}

func TestSeededCacheNeedsNoRegistry(t *testing.T) {
	b := tool(t)
	f := &npm.Fetcher{CacheDir: t.TempDir(), Environ: []string{}}
	if err := os.WriteFile(filepath.Join(f.CacheDir, "scope-tool-1.2.3.tgz"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := f.Fetch(t.Context(), pinned(b))
	if err != nil {
		t.Fatal(err)
	}
	g := &npm.Fetcher{CacheDir: t.TempDir(), Environ: []string{}}
	if err := os.CopyFS(filepath.Join(g.CacheDir, filepath.Base(dir)), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Fetch(t.Context(), pinned(b)); err != nil {
		t.Errorf("with a copied folder: %v", err)
	}
	_, err = f.Fetch(t.Context(), npm.Package{Name: "@scope/tool", Version: "1.2.3", Integrity: integrity(nil), Only: []string{"x"}})
	if _, ok := errors.AsType[*npm.HashError](err); !ok {
		t.Errorf("a packed file of another hash: %v, want HashError", err)
	}
}

func TestIncompleteFolderIsReplaced(t *testing.T) {
	b := tool(t)
	s, _ := server(t, b)
	f := fetcher(t, s.URL)
	dir := filepath.Join(f.CacheDir, "scope-tool-1.2.3")
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(t.Context(), pinned(b)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "bin", "tool")); err != nil {
		t.Error(err)
	}
	if left := entries(t, f.CacheDir); left != "scope-tool-1.2.3" {
		t.Errorf("cache holds %q", left)
	}
}

func TestFetchersOfOneCache(t *testing.T) {
	b := tool(t)
	s, _ := server(t, b)
	f := fetcher(t, s.URL)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			g := *f
			dir, err := g.Fetch(t.Context(), pinned(b))
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := os.Stat(filepath.Join(dir, "bin", "tool")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if left := entries(t, f.CacheDir); left != "scope-tool-1.2.3" {
		t.Errorf("cache holds %q, want the package alone", left)
	}
}

func TestUnpackRefusesAndSkips(t *testing.T) {
	for _, c := range []struct {
		name    string
		entries []entry
		want    string
		bad     bool
	}{
		{"up and out", []entry{{name: "package/../../evil", body: "x"}}, "", true},
		{"from the root", []entry{{name: "package//etc/evil", body: "x"}}, "", true},
		{"backslashes", []entry{{name: `package/..\evil`, body: "x"}}, "", true},
		{"links and devices", []entry{
			{name: "package/link", body: "/etc/passwd", typ: tar.TypeSymlink},
			{name: "package/hard", body: "/etc/passwd", typ: tar.TypeLink},
			{name: "package/fifo", typ: tar.TypeFifo},
			{name: "package/ok", body: "y"},
		}, "-rw-r--r-- ok=y\n", false},
		{"another first folder, and none", []entry{{name: "node/ok", body: "y"}, {name: "top", body: "z"}}, "-rw-r--r-- ok=y\n", false},
		{"no special bits", []entry{{name: "package/suid", body: "y", mode: 0o6755}}, "-rwxr-xr-x suid=y\n", false},
		{"file above a file", []entry{{name: "package/a", body: "y"}, {name: "package/a/b", body: "y"}}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := t.TempDir()
			dir := filepath.Join(top, "in")
			err := npm.Unpack(bytes.NewReader(pack(t, c.entries...)), dir, nil)
			if (err != nil) != c.bad {
				t.Fatalf("error %v, want one: %v", err, c.bad)
			}
			if got := tree(t, dir); !c.bad && got != c.want {
				t.Errorf("unpacked %q, want %q", got, c.want)
			}
			if got := entries(t, top); got != "in" {
				t.Errorf("beside the folder: %q", got)
			}
		})
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(tool(f))
	f.Add(pack(f, entry{name: "package/../../evil", body: "x"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		top := t.TempDir()
		_ = npm.Unpack(bytes.NewReader(b), filepath.Join(top, "in"), nil)
		if got := entries(t, top); got != "in" {
			t.Errorf("beside the folder: %q", got)
		}
	})
}

// tree lists files with mode and content.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var s strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		fmt.Fprintf(&s, "%v %s=%s\n", fi.Mode(), name, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.String()
}

func entries(t testing.TB, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(list))
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
