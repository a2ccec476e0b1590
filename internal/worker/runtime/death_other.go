//go:build unix && !linux

package runtime

import (
	"os/exec"
	"syscall"
)

// dieWithParent gives the child a process group of its own: Ctrl-C in a terminal
// is for this program, which ends its children itself. No kernel but Linux can
// end it when this program is killed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
