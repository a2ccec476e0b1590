package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// writeHelp writes the help page of a row, or of the program for nil.
func writeHelp(w io.Writer, table []command, c *command) error {
	var b strings.Builder
	switch {
	case c == nil:
		b.WriteString("Dione: Cloudflare D1 on your own machine.\n\nUsage:\n  dione <command> [arguments]\n")
		writeCommands(&b, table, "")
	case c.isGroup():
		fmt.Fprintf(&b, "%s\n\nUsage:\n  dione %s <command> [arguments]\n", sentence(c.summary), c.path)
		writeCommands(&b, table, c.path)
	default:
		writeCommandHelp(&b, c)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCommands(b *strings.Builder, table []command, group string) {
	b.WriteString("\nCommands:\n")
	rows := below(table, group)
	longest := 0
	for _, c := range rows {
		longest = max(longest, len(c.path)+1+len(c.args))
	}
	for _, c := range rows {
		fmt.Fprintf(b, "  %-*s  %s\n", longest, strings.TrimSpace(c.path+" "+c.args), c.summary)
	}
	fmt.Fprintf(b, "\nRun %q for the flags and examples of a command.\n", strings.TrimSpace("dione "+group)+" <command> --help")
}

func writeCommandHelp(b *strings.Builder, c *command) {
	fmt.Fprintf(b, "%s\n\nUsage:\n  dione %s [flags]\n", sentence(c.summary), strings.TrimSpace(c.path+" "+c.args))
	if c.details != "" {
		fmt.Fprintf(b, "\n%s\n", strings.TrimSpace(c.details))
	}
	if len(c.examples) > 0 {
		b.WriteString("\nExamples:\n")
		for _, e := range c.examples {
			fmt.Fprintf(b, "  # %s\n  %s\n", e.does, e.line)
		}
	}
	flags := newFlags(c.path)
	c.setup(flags)
	flags.BoolP("help", "h", false, "show this page")
	fmt.Fprintf(b, "\nFlags:\n%s", flagUsages(flags))
}

// flagUsages lists the flags without defaults that say nothing.
func flagUsages(flags *pflag.FlagSet) string { return flags.FlagUsagesWrapped(110) }

func sentence(summary string) string {
	return strings.ToUpper(summary[:1]) + summary[1:] + "."
}
