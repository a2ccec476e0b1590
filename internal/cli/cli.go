package cli

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Exit codes of the program.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// Env is the world around one run of the program, handed in so that a test
// can stand in for it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Dir is the working folder; relative paths of the command line start there.
	Dir string
	// Environ is the environment as NAME=value.
	Environ []string
	// Interactive says that a person sits at Stdin and Stderr: questions may be
	// asked and progress may be drawn.
	Interactive bool
	// Version is the version of the program.
	Version string
}

// getenv gives the value of an environment variable, "" where it is not set.
func (e *Env) getenv(name string) string {
	for _, entry := range slices.Backward(e.Environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// path makes a path of the command line absolute.
func (e *Env) path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.Dir, path)
}

// Run carries out one command line, the program's name aside, and returns the
// exit code: 0, 1 for a failure, 2 for a command line that cannot be
// understood. It returns soon after ctx ends.
func Run(ctx context.Context, env *Env, args []string) int {
	err := dispatch(ctx, env, args)
	if err == nil {
		return exitOK
	}
	if asked := argsAskForJSON(args); asked {
		writeErrorJSON(env.Stdout, err)
	} else {
		writeError(env.Stderr, err)
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailure
}

// argsAskForJSON looks for --json by hand because it must hold for command
// lines that do not parse as well.
func argsAskForJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

func dispatch(ctx context.Context, env *Env, args []string) error {
	cmd, rest, err := find(commands(), args)
	if err != nil {
		return err
	}
	if cmd == nil || len(rest) > 0 && rest[0] == "help" && cmd.isGroup() {
		return writeHelp(env.Stdout, commands(), cmd)
	}
	if cmd.isGroup() {
		if wantsHelp(rest) || len(rest) == 0 {
			return writeHelp(env.Stdout, commands(), cmd)
		}
		return unknownCommand(commands(), cmd.path, rest[0])
	}
	flags := newFlags(cmd.path)
	run := cmd.setup(flags)
	if err := parseFlags(cmd, flags, rest); err != nil {
		if errors.Is(err, errHelp) {
			return writeHelp(env.Stdout, commands(), cmd)
		}
		return err
	}
	if err := cmd.checkArgs(flags.Args()); err != nil {
		return err
	}
	return run(ctx, env, flags.Args())
}
