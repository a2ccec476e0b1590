package cli

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"
)

func setupVersion(*pflag.FlagSet) runFunc {
	return func(_ context.Context, env *Env, _ []string) error {
		fmt.Fprintf(env.Stdout, "dione %s\n", env.Version)
		return nil
	}
}

// setupHelp is for the table's sake: "help" is understood before any row runs.
func setupHelp(*pflag.FlagSet) runFunc {
	return func(_ context.Context, env *Env, _ []string) error { return writeHelp(env.Stdout, commands(), nil) }
}
