package cli

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
)

// Main runs the program in the process it is called in: its standard streams,
// its working folder, its environment.
func Main(ctx context.Context, args []string) int {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintf(os.Stderr, "dione: find the current folder: %v\n", err)
		return exitFailure
	}
	return Run(ctx, &Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Dir: dir, Environ: os.Environ(),
		Interactive: isTerminal(os.Stdin) && isTerminal(os.Stderr), Version: version(),
	}, args)
}

// isTerminal says whether f is a character device other than the null device:
// good enough to decide whether to ask and to draw.
func isTerminal(f *os.File) bool {
	fi, err := f.Stat()
	if err != nil || fi.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(fi, null)
}

// version is what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "development"
	}
	return info.Main.Version
}
