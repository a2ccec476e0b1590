package runtime_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dione-db/dione/internal/worker/runtime"
	"github.com/dione-db/dione/internal/worker/toolchain"
)

// node is a Server under test with what it said.
type node struct {
	*runtime.Server
	log    *safeBuffer
	events chan runtime.Event
}

// workerd fetches the real program once.
func workerd(t testing.TB) string {
	t.Helper()
	path, err := toolchain.Workerd(t.Context(), toolchain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func start(t testing.TB, change ...func(*runtime.Options)) *node {
	t.Helper()
	n := &node{log: &safeBuffer{}, events: make(chan runtime.Event, 64)}
	o := runtime.Options{
		Workerd: workerd(t), Dir: filepath.Join(t.TempDir(), "work"), Log: n.log, Prefix: "[w] ",
		Notify: func(e runtime.Event) { n.events <- e },
	}
	for _, c := range change {
		c(&o)
	}
	s, err := runtime.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	n.Server = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// script is a Config of one Worker with one module.
func script(code string) runtime.Config {
	return runtime.Config{Workers: []runtime.Worker{{
		Name: "app", Modules: []runtime.Module{{Name: "worker.js", Kind: runtime.ESModule, Content: []byte(code)}},
	}}}
}

// says is a Worker that answers with a text.
func says(text string) runtime.Config {
	return script("export default { fetch() { return new Response(" + quoted(text) + ") } }")
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (n *node) load(t testing.TB, c runtime.Config) {
	t.Helper()
	if err := n.Load(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// get asks the Worker and returns status and body.
func (n *node) get(t testing.TB) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.URL(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// want asks for / and compares.
func (n *node) want(t testing.TB, status int, body string) {
	t.Helper()
	gotStatus, got := n.get(t)
	if gotStatus != status || got != body {
		t.Errorf("answer %d %q, want %d %q", gotStatus, got, status, body)
	}
}

// next waits for an event.
func (n *node) next(t testing.TB) runtime.Event {
	t.Helper()
	select {
	case e := <-n.events:
		return e
	case <-time.After(30 * time.Second):
		t.Fatal("no event came")
		return runtime.Event{}
	}
}

// eventually waits until a condition holds, looking again and again.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s did not come true", what)
		}
	}
}

// safeBuffer is a buffer for several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// children are the process ids of workerds that a process has started.
func children(t testing.TB, pid string) []string {
	t.Helper()
	lists, err := filepath.Glob("/proc/" + pid + "/task/*/children")
	if err != nil || len(lists) == 0 {
		t.Skip("the system does not say which children a process has")
	}
	var pids []string
	for _, file := range lists {
		b, _ := os.ReadFile(file)
		for child := range strings.FieldsSeq(string(b)) {
			if cmdline, _ := os.ReadFile("/proc/" + child + "/cmdline"); strings.Contains(string(cmdline), "workerd") {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// gone says whether a process has ended, reaped or not.
func gone(pid string) bool {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(b), ") ")
	return strings.HasPrefix(state, "Z")
}
