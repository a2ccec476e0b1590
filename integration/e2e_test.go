package integration_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/worker/runtime"
)

// TestWorker runs every call and every error through the D1 binding of a real
// workerd, over both of its protocols. The cases are JavaScript, in testdata/e2e.
func TestWorker(t *testing.T) {
	for _, protocol := range []struct {
		name  string
		flags []string
		rpc   string
	}{
		{"http", nil, "no"},
		{"rpc", []string{"d1_binding_jsrpc"}, "yes"},
	} {
		t.Run(protocol.name, func(t *testing.T) {
			n := openNode(t, filepath.Join(t.TempDir(), "data"), "127.0.0.1:0")
			t.Cleanup(func() { n.close(t) })
			for _, set := range []string{"calls", "errors", "sessions", "sizes"} {
				t.Run(set, func(t *testing.T) {
					worker := runtime.Worker{
						Name: "cases", Modules: jsModules(t, "e2e"), CompatibilityFlags: protocol.flags,
						Vars: []runtime.Var{{Name: "RPC", Text: protocol.rpc}}, D1: bindings(t, n, set),
					}
					report(t, get(t, startWorker(t, worker)+"/"+set))
				})
			}
		})
	}
}

// bindings gives the database of the cases, and bindings with something wrong.
func bindings(t *testing.T, n *node, name string) []runtime.D1 {
	t.Helper()
	good, err := n.create(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	wrong := good.Clone()
	wrong.Set("authorization", "Bearer "+strings.Repeat("0", 64))
	const unknown = d1.DatabaseID("00000000-0000-4000-8000-000000000000")
	address := n.BindingAddress()
	return []runtime.D1{
		{Binding: "DB", Address: address, Headers: injected(good)},
		{Binding: "WRONG", Address: address, Headers: injected(wrong)},
		{Binding: "BARE", Address: address},
		{Binding: "UNKNOWN", Address: address, Headers: injected(n.headers(unknown))},
		{Binding: "DEAD", Address: closedPort(t), Headers: injected(good)},
	}
}

func injected(h http.Header) []runtime.Header {
	var list []runtime.Header
	for name := range h {
		list = append(list, runtime.Header{Name: strings.ToLower(name), Value: h.Get(name)})
	}
	return list
}

// closedPort gives an address that nobody listens at.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// jsModules reads the modules of a folder below testdata, worker.js first.
func jsModules(t *testing.T, folder string) []runtime.Module {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.js"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no modules in %s: %v", folder, err)
	}
	var entry, others []runtime.Module
	for _, path := range files {
		m := runtime.Module{Name: filepath.Base(path), Kind: runtime.ESModule, Path: path}
		if m.Name == "worker.js" {
			entry = append(entry, m)
		} else {
			others = append(others, m)
		}
	}
	return append(entry, others...)
}

// startWorker runs one Worker on workerd and gives its address.
func startWorker(t *testing.T, worker runtime.Worker) string {
	t.Helper()
	var said output
	s, err := runtime.New(t.Context(), runtime.Options{Workerd: workerdPath(t), Dir: filepath.Join(t.TempDir(), "work"), Log: &said})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("workerd said:\n%s", said.String())
		}
	})
	if err := s.Load(t.Context(), runtime.Config{Workers: []runtime.Worker{worker}}); err != nil {
		t.Fatal(err)
	}
	return s.URL()
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v: %.500s", url, res.StatusCode, err, body)
	}
	return body
}

// report turns the answer of the cases into subtests.
func report(t *testing.T, answer []byte) {
	t.Helper()
	var cases []struct {
		Name    string `json:"name"`
		Problem string `json:"problem"`
	}
	if err := json.Unmarshal(answer, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Error("no case was run")
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if c.Problem != "" {
				t.Error(c.Problem)
			}
		})
	}
}

// TestServerGoesAndComes takes the server away under a running Worker and
// brings it back at the same address.
func TestServerGoesAndComes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	n := openNode(t, dir, "127.0.0.1:0")
	address := n.BindingAddress()
	headers, err := n.create(t.Context(), "db")
	if err != nil {
		t.Fatal(err)
	}
	url := startWorker(t, runtime.Worker{
		Name: "steps", D1: []runtime.D1{{Binding: "DB", Address: address, Headers: injected(headers)}},
		Modules: []runtime.Module{{Name: "steps.js", Kind: runtime.ESModule, Path: filepath.Join("testdata", "steps.js")}},
	})
	step := func(path, want string) {
		t.Helper()
		if got := string(get(t, url+path)); got != want {
			t.Errorf("%s gives %s, want %s", path, got, want)
		}
	}
	lost := `{"error":"Network connection lost.","retryable":true}`
	step("/create", `{"count":0}`)
	step("/insert", `{"count":1}`)
	first := string(get(t, url+"/bookmark"))
	n.close(t)
	step("/insert", lost)
	step("/bookmark", lost)
	n = openNode(t, dir, address)
	step("/insert", `{"count":2}`)
	second := string(get(t, url+"/bookmark"))
	if first >= second || len(first) != len(second) {
		t.Errorf("after the restart the bookmark %s does not follow %s", second, first)
	}
	step("/rowid", `{"last_row_id":2}`)
	finished := make(chan string)
	go func() { finished <- string(get(t, url+"/slow")) }()
	waitFor(t, func() bool { return string(get(t, url+"/started")) == "true" })
	n.close(t)
	if got, want := <-finished, `{"m":2000000}`; got != want {
		t.Errorf("a query under way when the server is told to end gives %s, want %s", got, want)
	}
	n = openNode(t, dir, address)
	step("/insert", `{"count":3}`)
	n.close(t)
}

// waitFor waits until something holds.
func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	deadline := time.After(startupTime)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("it did not happen")
		}
	}
}
