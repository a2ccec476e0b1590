package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dione-db/dione/internal/cli"
	"github.com/dione-db/dione/internal/worker/toolchain"
)

// patience bounds how long a script waits for something that should come.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dione": func() {
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			os.Exit(cli.Main(ctx, os.Args[1:]))
		},
	})
}

// workerd fetches the pinned workerd once for all scripts that run one.
var workerd = sync.OnceValues(func() (string, error) {
	return toolchain.Workerd(context.Background(), toolchain.Options{})
})

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		WorkdirRoot:         t.TempDir(),
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup:               setup,
		Condition:           condition,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"start": cmdStart, "expect": cmdExpect, "stop": cmdStop, "crash": cmdCrash, "status": cmdStatus,
			"query": cmdQuery, "get": cmdGet, "workerd": cmdWorkerd, "busy": cmdBusy, "unhex": cmdUnhex, "damage": cmdDamage,
			"empty": cmdEmpty,
		},
	})
}

// condition knows [mount]: whether this user may mount a file system of his own.
func condition(name string) (bool, error) {
	if name != "mount" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	return exec.Command("unshare", "-rm", "true").Run() == nil, nil
}

func setup(e *testscript.Env) error {
	e.Values[processes{}] = map[string]*process{}
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector lets every process sleep a second at its end
	e.Setenv("DIONE_DATA", filepath.Join(e.WorkDir, "data"))
	e.Setenv("TMPDIR", filepath.Join(e.WorkDir, "tmp"))
	return os.Mkdir(filepath.Join(e.WorkDir, "tmp"), 0o700)
}

// processes is the key of the programs that a script has started.
type processes struct{}

// process is a program that runs beside its script.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error

	mu     sync.Mutex
	output bytes.Buffer // what no expect has consumed yet
	more   chan struct{}
}

// Write implements io.Writer for both streams of the program.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.more <- struct{}{}:
	default:
	}
	return p.output.Write(b)
}

func started(ts *testscript.TestScript) map[string]*process {
	all, ok := ts.Value(processes{}).(map[string]*process)
	if !ok {
		ts.Fatalf("the script was not set up")
	}
	return all
}

func find(ts *testscript.TestScript, name string) *process {
	p := started(ts)[name]
	if p == nil {
		ts.Fatalf("nothing called %s was started", name)
	}
	return p
}

// cmdStart runs a program beside the script: start NAME COMMAND ARG...
func cmdStart(ts *testscript.TestScript, _ bool, args []string) {
	path := args[1]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if file := filepath.Join(dir, args[1]); !filepath.IsAbs(path) {
			if _, err := os.Stat(file); err == nil {
				path = file
			}
		}
	}
	p := &process{cmd: exec.Command(path, args[2:]...), exited: make(chan struct{}), more: make(chan struct{}, 1)}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = ts.MkAbs("."), p, p
	p.cmd.Env = []string{
		"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("TMPDIR"),
		"GORACE=" + ts.Getenv("GORACE"), "DIONE_DATA=" + ts.Getenv("DIONE_DATA"), "DIONE_WORKERD=" + ts.Getenv("DIONE_WORKERD"),
	}
	ts.Check(p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	started(ts)[args[0]] = p
	ts.Defer(func() {
		select {
		case <-p.exited:
		default:
			_ = p.cmd.Process.Signal(os.Interrupt)
			select {
			case <-p.exited:
			case <-time.After(patience):
				_ = p.cmd.Process.Kill()
				<-p.exited
			}
		}
		ts.Logf("the rest of what %s printed:\n%s", args[0], p.output.String())
	})
}

// cmdExpect waits until a program has printed what the expression describes,
// and drops all up to there. The first group becomes $match.
func cmdExpect(ts *testscript.TestScript, _ bool, args []string) {
	p, re := find(ts, args[0]), regexp.MustCompile("(?m)"+args[1])
	deadline := time.After(patience)
	for ended := false; ; {
		p.mu.Lock()
		text := p.output.String()
		if at := re.FindStringSubmatchIndex(text); at != nil {
			ts.Logf("%s", p.output.Next(at[1]))
			p.mu.Unlock()
			if len(at) > 2 && at[2] >= 0 {
				ts.Setenv("match", text[at[2]:at[3]])
			}
			return
		}
		p.mu.Unlock()
		if ended {
			ts.Fatalf("%s ended without %q; it printed:\n%s", args[0], args[1], text)
		}
		select {
		case <-p.more:
		case <-p.exited:
			ended = true
		case <-deadline:
			ts.Fatalf("no %q from %s; it printed:\n%s", args[1], args[0], text)
		}
	}
}

// cmdStop interrupts a program as Ctrl-C does and wants it to end well and to
// leave no process behind.
func cmdStop(ts *testscript.TestScript, _ bool, args []string) {
	p := find(ts, args[0])
	children := childrenOf(p.cmd.Process.Pid)
	ts.Check(p.cmd.Process.Signal(os.Interrupt))
	select {
	case <-p.exited:
	case <-time.After(patience):
		ts.Fatalf("%s does not end", args[0])
	}
	if p.err != nil {
		ts.Fatalf("%s ended with %v; it printed:\n%s", args[0], p.err, p.output.String())
	}
	for _, pid := range children {
		if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); err == nil {
			ts.Fatalf("%s left process %d behind", args[0], pid)
		}
	}
}

// childrenOf lists the processes that pid started and theirs.
func childrenOf(pid int) []int {
	var all []int
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		for field := range strings.FieldsSeq(string(text)) {
			child, _ := strconv.Atoi(field)
			all = append(append(all, child), childrenOf(child)...)
		}
	}
	return all
}

// cmdCrash ends a program as a crash would.
func cmdCrash(ts *testscript.TestScript, _ bool, args []string) {
	p := find(ts, args[0])
	ts.Check(p.cmd.Process.Kill())
	<-p.exited
}

// cmdStatus wants an exit code: status 2 dione ARG...
func cmdStatus(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// cmdQuery runs SQL at the desk of bindings that the JSON of "dione binding"
// describes: query FILE SQL.
func cmdQuery(ts *testscript.TestScript, _ bool, args []string) {
	var b struct {
		Address string `json:"address"`
		Headers []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"headers"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &b))
	body, err := json.Marshal(map[string]any{"sql": args[1], "params": []any{}})
	ts.Check(err)
	req, err := http.NewRequest(http.MethodPost, "http://"+b.Address+"/query", bytes.NewReader(body))
	ts.Check(err)
	for _, h := range b.Headers {
		req.Header.Set(h.Name, h.Value)
	}
	answer(ts, req)
}

// cmdGet asks a Worker: get URL [STATUS].
func cmdGet(ts *testscript.TestScript, _ bool, args []string) {
	req, err := http.NewRequest(http.MethodGet, args[0], http.NoBody)
	ts.Check(err)
	status := answer(ts, req)
	if want := append(args, "200")[1]; strconv.Itoa(status) != want {
		ts.Fatalf("status %d, want %s", status, want)
	}
}

// answer sends a request and makes the body of the answer the script's stdout.
func answer(ts *testscript.TestScript, req *http.Request) int {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
	return resp.StatusCode
}

// cmdWorkerd makes the pinned workerd known to the programs of the script.
func cmdWorkerd(ts *testscript.TestScript, _ bool, _ []string) {
	path, err := workerd()
	ts.Check(err)
	ts.Setenv("DIONE_WORKERD", path)
}

// cmdBusy takes a port for the time of the script and names it in a variable.
func cmdBusy(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// cmdUnhex writes a text with \xNN and \n in it to a file.
func cmdUnhex(ts *testscript.TestScript, _ bool, args []string) {
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[0], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// cmdDamage leaves three bytes of a file.
func cmdDamage(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Truncate(ts.MkAbs(args[0]), 3))
}

// cmdEmpty wants a folder without anything in it.
func cmdEmpty(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) > 0 {
		ts.Fatalf("%s holds %v", args[0], entries)
	}
}
