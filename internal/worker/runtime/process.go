package runtime

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// startMax is how long workerd may take until it listens; Python needs some.
	startMax = 60 * time.Second
	// killAfter is how long it may take to end once it was told to,
	// killShort is the same where requests wait for it.
	killAfter, killShort = 2 * time.Second, 150 * time.Millisecond
	// keepLines is how many of its last lines are kept for reports.
	keepLines = 40
)

// StartError says that the Workers could not be started: the fault is in their
// code or configuration. A Server goes on with what it ran before.
type StartError struct {
	// Lines are what workerd said, the last ones.
	Lines []string
}

// Error implements error.
func (e *StartError) Error() string {
	if len(e.Lines) == 0 {
		return "the Worker does not start, and workerd does not say why"
	}
	return "the Worker does not start:\n" + strings.Join(e.Lines, "\n")
}

// ExitError says that workerd ended by itself.
type ExitError struct {
	// Status is how: an exit code or a signal.
	Status string
	// Lines are what it said, the last ones.
	Lines []string
}

// Error implements error.
func (e *ExitError) Error() string {
	return strings.Join(append([]string{"workerd ended by itself (" + e.Status + ")"}, e.Lines...), "\n")
}

// process is one workerd. It ends with this program, however that ends (on
// Linux; elsewhere only when the program is not killed).
type process struct {
	cmd *exec.Cmd
	out *output
	// ended is closed when the process is gone; status may be read then.
	ended  chan struct{}
	status string
}

// startProcess starts workerd on a folder with a configuration and returns the
// address where it listens.
func startProcess(ctx context.Context, o Options, dir string, sink io.Writer, extra ...string) (*process, string, error) {
	control, controlEnd, err := os.Pipe()
	if err != nil {
		return nil, "", fmt.Errorf("start workerd: %w", err)
	}
	defer control.Close() //nolint:errcheck // only read
	args := append([]string{
		"serve", filepath.Join(dir, configFile), "--experimental", "--control-fd=3",
		"--socket-addr=" + socketName + "=127.0.0.1:0",
	}, o.Args...)
	p := &process{out: &output{sink: sink}, ended: make(chan struct{})}
	p.cmd = exec.Command(o.Workerd, append(args, extra...)...) //nolint:gosec,noctx // the program that was chosen; it outlives ctx
	p.cmd.Env = append(o.environ(), "TZ=UTC")
	p.cmd.ExtraFiles = []*os.File{controlEnd}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.WaitDelay = time.Second
	err = p.start()
	controlEnd.Close() //nolint:errcheck,gosec // the child has its own
	if err != nil {
		return nil, "", fmt.Errorf("start workerd: %w", err)
	}
	port, err := p.waitReady(ctx, control)
	if err != nil {
		p.stop(0)
		if errors.Is(err, errNotReady) {
			return nil, "", &StartError{Lines: p.out.last()}
		}
		if errors.Is(err, errSlow) {
			return nil, "", &StartError{Lines: append(p.out.last(), err.Error())}
		}
		return nil, "", fmt.Errorf("start workerd: %w", err)
	}
	p.out.release()
	return p, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), nil
}

// start begins the process from a thread that stays as long as it: the kernel
// ties the signal at the parent's death to the thread that started the child.
func (p *process) start() error {
	started := make(chan error)
	go func() {
		goruntime.LockOSThread()
		defer goruntime.UnlockOSThread()
		dieWithParent(p.cmd)
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = p.cmd.Wait() // the state says it too
		p.out.flush()
		p.status = p.cmd.ProcessState.String()
		close(p.ended)
	}()
	return <-started
}

// errNotReady says that workerd closed its end without a word.
var errNotReady = errors.New("not ready")

// errSlow says that workerd runs but does not listen.
var errSlow = fmt.Errorf("workerd did not listen within %v", startMax)

// waitReady waits for workerd's message that it listens, and returns the port.
// The end of ctx closes the pipe, which ends the reading.
func (p *process) waitReady(ctx context.Context, control *os.File) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startMax, errSlow)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	lines := bufio.NewScanner(control)
	for lines.Scan() {
		var m struct {
			Event  string `json:"event"`
			Socket string `json:"socket"`
			Port   int    `json:"port"`
		}
		if json.Unmarshal(lines.Bytes(), &m) == nil && m.Event == "listen" && m.Socket == socketName {
			return m.Port, nil
		}
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return 0, errNotReady
}

// stop ends the process: politely, so that it can finish what is under way, for
// at most grace, then at once. It returns when the process is gone.
func (p *process) stop(grace time.Duration) {
	if grace > 0 {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
			return
		case <-time.After(grace):
		}
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// output takes what workerd prints, cut into lines. Until it is released it only
// keeps them: what a Worker that does not start says belongs to the error.
type output struct {
	sink io.Writer

	mu       sync.Mutex
	part     []byte
	lines    []string
	released bool
}

// lineMax bounds one line; longer ones are cut into several.
const lineMax = 64 << 10

// Write implements [io.Writer]; it never fails.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for rest := p; len(rest) > 0; {
		end, skip := bytes.IndexByte(rest, '\n'), 1
		if room := lineMax - len(o.part); end > room || end < 0 && len(rest) > room {
			end, skip = room, 0
		}
		if end < 0 {
			o.part = append(o.part, rest...)
			break
		}
		o.part = append(o.part, rest[:end]...)
		o.emit()
		rest = rest[end+skip:]
	}
	return len(p), nil
}

// emit ends the line under way. The caller has the lock.
func (o *output) emit() {
	line := strings.TrimSuffix(string(o.part), "\r")
	o.part = o.part[:0]
	if o.released {
		_, _ = io.WriteString(o.sink, line+"\n")
	}
	if len(o.lines) == keepLines {
		o.lines = append(o.lines[:0], o.lines[1:]...)
	}
	o.lines = append(o.lines, line)
}

// release passes on what was kept, and all that follows.
func (o *output) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.released = true
	for _, line := range o.lines {
		_, _ = io.WriteString(o.sink, line+"\n")
	}
}

// flush ends a last line that has no end.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.part) > 0 {
		o.emit()
	}
}

// last are the last lines.
func (o *output) last() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.lines...)
}

// prefixed writes lines to the log of a Server, each in one piece after its
// prefix, from however many processes.
type prefixed struct {
	mu     sync.Mutex
	w      io.Writer
	prefix string
}

// Write implements [io.Writer] for one line.
func (l *prefixed) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.w != nil {
		_, _ = l.w.Write(append([]byte(l.prefix), line...))
	}
	return len(line), nil
}
