package bundle

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/dione-db/dione/internal/worker/project"
)

// runCommand runs the custom build. The command and what it started are stopped
// when ctx ends.
func runCommand(ctx context.Context, p *project.Project, o Options) error {
	if p.Build.Command == "" {
		return nil
	}
	purpose := "dev"
	if o.Production {
		purpose = "deploy"
	}
	out := &prefixer{w: o.Output}
	cmd := exec.CommandContext(ctx, "sh", "-c", p.Build.Command) //nolint:gosec // the command of the user's own project
	cmd.Dir = p.Build.Cwd
	cmd.Env = append(slices.Clone(o.Environ), "WRANGLER_COMMAND="+purpose)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	out.end()
	if err != nil && ctx.Err() == nil {
		return failure(at(p, p.Build.Pos, "the custom build %q failed: %v", p.Build.Command, err))
	}
	if err != nil {
		return fmt.Errorf("run the custom build: %w", context.Cause(ctx))
	}
	return nil
}

// prefixer writes whole lines, each behind a word that says where it is from.
type prefixer struct {
	mu   sync.Mutex
	w    io.Writer // nil drops everything
	line bytes.Buffer
}

// Write implements [io.Writer]; it does not fail, so that the command goes on.
func (p *prefixer) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for line := range bytes.Lines(text) {
		p.line.Write(line)
		if line[len(line)-1] == '\n' {
			p.flush()
		}
	}
	return len(text), nil
}

// end writes what is left of a line without an end.
func (p *prefixer) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line.Len() > 0 {
		p.line.WriteByte('\n')
		p.flush()
	}
}

func (p *prefixer) flush() {
	if p.w != nil {
		_, _ = fmt.Fprintf(p.w, "[custom build] %s", p.line.Bytes())
	}
	p.line.Reset()
}
