package runtime_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dione-db/dione/internal/worker/runtime"
)

func TestNothingIsLostWhileCodeIsReplaced(t *testing.T) {
	n := start(t)
	code := func(version int) runtime.Config {
		return script(fmt.Sprintf(`export default { async fetch(r) { await r.text(); return new Response("%d") } }`, version))
	}
	n.load(t, code(0))
	var loaded atomic.Int64
	var answered atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			tr := &http.Transport{DisableKeepAlives: i%2 == 0}
			defer tr.CloseIdleConnections()
			for ctx.Err() == nil {
				least := loaded.Load()
				req, _ := http.NewRequest(http.MethodPost, n.URL(), strings.NewReader("body"))
				res, err := (&http.Client{Transport: tr}).Do(req)
				if err != nil {
					t.Errorf("request lost: %v", err)
					return
				}
				b, err := io.ReadAll(res.Body)
				res.Body.Close()
				version, convErr := strconv.ParseInt(string(b), 10, 64)
				if err != nil || convErr != nil || res.StatusCode != http.StatusOK {
					t.Errorf("answer %d %q, %v", res.StatusCode, b, err)
					return
				}
				if version < least {
					t.Errorf("answer of version %d after version %d was loaded", version, least)
				}
				answered.Add(1)
			}
		})
	}
	fastest := time.Hour
	for version := 1; version <= 6; version++ {
		begin, before := time.Now(), answered.Load()
		n.load(t, code(version))
		loaded.Store(int64(version))
		fastest = min(fastest, time.Since(begin))
		t.Logf("loaded in %v", time.Since(begin))
		eventually(t, "fifty more answers", func() bool { return answered.Load() > before+50 || t.Failed() })
	}
	cancel()
	clients.Wait()
	if fastest > 500*time.Millisecond {
		t.Errorf("the fastest of six loads took %v, want at most half a second", fastest)
	}
}

func TestRequestsUnderWayEndOnOldCode(t *testing.T) {
	n := start(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	gate := http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(arrived); <-release })}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go gate.Serve(l)
	defer gate.Close()
	n.load(t, script(fmt.Sprintf(`export default { async fetch() { await fetch("http://%s/"); return new Response("old") } }`, l.Addr())))
	got := make(chan string, 1)
	go func() { _, body := n.get(t); got <- body }()
	<-arrived
	n.load(t, says("new"))
	n.want(t, 200, "new")
	close(release)
	if body := <-got; body != "old" {
		t.Errorf("answer %q, want that of the old code", body)
	}
	if pids := children(t, strconv.Itoa(os.Getpid())); len(pids) > 0 {
		eventually(t, "the end of the old process", func() bool { return len(children(t, strconv.Itoa(os.Getpid()))) <= 1 })
	}
}

func TestCodeThatDoesNotStart(t *testing.T) {
	n := start(t)
	n.want(t, 503, "No Worker runs here at the moment.\n\nIt has not been started yet.\n")
	for _, c := range []struct{ name, code, says string }{
		{"throws", "console.log('said before');\nthrow new Error('boom')", "boom"},
		{"syntax", "export default {", "SyntaxError"},
		{"import", "import './none.js'; export default {}", "none.js"},
	} {
		err := n.Load(t.Context(), script(c.code))
		fault, ok := errors.AsType[*runtime.StartError](err)
		if !ok || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want StartError with %q", c.name, err, c.says)
			continue
		}
		if len(fault.Lines) == 0 {
			t.Errorf("%s: no lines", c.name)
		}
		if status, body := n.get(t); status != 503 || !strings.Contains(body, c.says) {
			t.Errorf("%s: answer %d %q, want 503 with %q", c.name, status, body, c.says)
		}
	}
	n.load(t, says("good"))
	n.want(t, 200, "good")
	if err := n.Load(t.Context(), script("throw 1")); err == nil {
		t.Error("bad code was loaded")
	}
	n.want(t, 200, "good")
}

func TestLinesOfTheLog(t *testing.T) {
	n := start(t)
	n.load(t, script(`console.log("at\nthe top"); export default { fetch() { console.error("oh"); console.log("x".repeat(200000)); return new Response("ok") } }`))
	n.want(t, 200, "ok")
	eventually(t, "all of the log", func() bool { return strings.Count(n.log.String(), "x") == 200000 })
	for line := range strings.Lines(n.log.String()) {
		if !strings.HasPrefix(line, "[w] ") || len(line) > 70000 {
			t.Errorf("line of %d bytes: %.40q", len(line), line)
		}
	}
	for _, line := range []string{"[w] at\n", "[w] the top\n", "[w] oh\n"} {
		if !strings.Contains(n.log.String(), line) {
			t.Errorf("the log lacks %q:\n%.200s", line, n.log.String())
		}
	}
}

func TestProcessThatEndsIsStartedAgain(t *testing.T) {
	n := start(t)
	n.load(t, script(`console.log('the last words'); export default { fetch() { return new Response("up") } }`))
	n.want(t, 200, "up")
	pids := children(t, strconv.Itoa(os.Getpid()))
	if len(pids) != 1 {
		t.Fatalf("%d processes, want 1", len(pids))
	}
	pid, _ := strconv.Atoi(pids[0])
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	failure, ok := errors.AsType[*runtime.ExitError](n.next(t).Failure)
	if !ok || !strings.Contains(failure.Status, "killed") || !strings.Contains(failure.Error(), "the last words") {
		t.Errorf("failure %v, want one with how it ended and its last lines", failure)
	}
	if e := n.next(t); !e.Recovered {
		t.Errorf("event %+v, want that it runs again", e)
	}
	n.want(t, 200, "up")
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	o := runtime.Options{Workerd: workerd(t), Dir: t.TempDir(), Listen: l.Addr().String()}
	_, err = runtime.New(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "port "+port+" is in use") || !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("error %v, want one that names the port", err)
	}
	o.Listen = "192.0.2.1:1"
	if _, err := runtime.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "not an address of this machine") {
		t.Errorf("error %v, want one that names the address", err)
	}
	for _, program := range []string{"/none", "true", "false"} {
		if _, err := runtime.New(t.Context(), runtime.Options{Workerd: program, Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "workerd") {
			t.Errorf("%s: error %v", program, err)
		}
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	var dir string
	n := start(t, func(o *runtime.Options) { dir = o.Dir })
	n.load(t, says("x"))
	n.want(t, 200, "x")
	if list, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(list) != 1 {
		t.Errorf("the working folder holds %q while it runs, want one folder", list)
	}
	for range 2 {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
		t.Errorf("the working folder holds %v, %v", list, err)
	}
	if pids := children(t, strconv.Itoa(os.Getpid())); len(pids) > 0 {
		t.Errorf("processes left: %v", pids)
	}
	l, err := net.Listen("tcp", n.Addr().String())
	if err != nil {
		t.Fatalf("the address is not free: %v", err)
	}
	l.Close()
	if err := n.Load(t.Context(), says("y")); err == nil {
		t.Error("loaded after the end")
	}
}

// TestNothingIsLeftAfterKill runs a Server in another process and kills that.
func TestNothingIsLeftAfterKill(t *testing.T) {
	if dir := os.Getenv("RUNTIME_TEST_DIR"); dir != "" {
		s, err := runtime.New(t.Context(), runtime.Options{Workerd: os.Getenv("RUNTIME_TEST_WORKERD"), Dir: dir})
		if err == nil {
			err = s.Load(t.Context(), says("x"))
		}
		fmt.Println("ready", err)
		select {}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNothingIsLeftAfterKill$")
	cmd.Env = append(os.Environ(), "RUNTIME_TEST_DIR="+t.TempDir(), "RUNTIME_TEST_WORKERD="+workerd(t))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready <nil>\n" {
		t.Fatalf("the other process says %q", line)
	}
	pids := children(t, strconv.Itoa(cmd.Process.Pid))
	if len(pids) != 1 {
		t.Fatalf("%d processes, want 1", len(pids))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	eventually(t, "the end of workerd", func() bool { return gone(pids[0]) })
}
