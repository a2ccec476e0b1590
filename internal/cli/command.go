package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// runFunc carries out a command whose flags are parsed and whose number of
// arguments is right.
type runFunc func(ctx context.Context, env *Env, args []string) error

// command is one row of the table. A row without setup is a group: it only
// has a help page that lists the rows below it.
type command struct {
	path     string // "d1 migrations apply"
	args     string // "<database> [file]", as the usage line shows them
	min, max int    // number of arguments; max -1 means any
	summary  string // one line, lower case, no dot
	details  string // paragraphs for the help page
	examples []example
	setup    func(*pflag.FlagSet) runFunc
}

// example is a command line worth showing and what it does.
type example struct{ line, does string }

// errHelp says that the command line asked for the help page.
var errHelp = errors.New("help wanted")

func (c *command) isGroup() bool { return c.setup == nil }

// checkArgs tells a missing argument and a superfluous one apart.
func (c *command) checkArgs(args []string) error {
	names := strings.Fields(c.args)
	switch {
	case len(args) < c.min && len(args) < len(names):
		return usagef(c.path, "%s is missing", names[len(args)])
	case c.max >= 0 && len(args) > c.max:
		return usagef(c.path, "the argument %q is one too many", args[c.max])
	}
	return nil
}

// find takes the longest row that the first arguments name. Flags before the
// command are not looked into, but for those that ask for help or the version.
func find(table []command, args []string) (*command, []string, error) {
	if len(args) == 0 || wantsHelp(args[:1]) {
		return nil, nil, nil
	}
	if args[0] == "help" {
		return findHelp(table, args[1:])
	}
	if args[0] == "--version" || args[0] == "-v" {
		args = append([]string{"version"}, args[1:]...)
	}
	if strings.HasPrefix(args[0], "-") {
		return nil, nil, usagef("", "the command is missing before %q", args[0])
	}
	for n := min(3, len(args)); n > 0; n-- {
		if c := row(table, strings.Join(args[:n], " ")); c != nil {
			return c, args[n:], nil
		}
	}
	return nil, nil, unknownCommand(table, "", args[0])
}

// findHelp finds the row that "dione help d1 create" is about.
func findHelp(table []command, args []string) (*command, []string, error) {
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") })
	if len(args) == 0 {
		return nil, nil, nil
	}
	if c := row(table, strings.Join(args, " ")); c != nil {
		return c, []string{"--help"}, nil
	}
	return nil, nil, unknownCommand(table, strings.Join(args[:len(args)-1], " "), args[len(args)-1])
}

func row(table []command, path string) *command {
	if i := slices.IndexFunc(table, func(c command) bool { return c.path == path }); i >= 0 {
		return &table[i]
	}
	return nil
}

// below gives the rows one level under path.
func below(table []command, path string) []command {
	var rows []command
	for _, c := range table {
		rest := c.path
		if path != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(c.path, path+" "); !ok {
				continue
			}
		}
		if !strings.Contains(rest, " ") {
			rows = append(rows, c)
		}
	}
	return rows
}

func lastWord(path string) string { return path[strings.LastIndexByte(path, ' ')+1:] }

func unknownCommand(table []command, group, name string) error {
	var names []string
	for _, c := range below(table, group) {
		names = append(names, lastWord(c.path))
	}
	full := strings.TrimSpace(group + " " + name)
	if near := nearest(name, names); near != "" {
		return usagef(group, "there is no command %q; did you mean %q?", "dione "+full, strings.TrimSpace("dione "+group)+" "+near)
	}
	return usagef(group, "there is no command %q", "dione "+full)
}

func wantsHelp(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--help") || slices.Contains(args, "-h")
}

func newFlags(path string) *pflag.FlagSet {
	flags := pflag.NewFlagSet(path, pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.SortFlags = false
	flags.Usage = func() {}
	return flags
}

// parseFlags parses GNU style: long flags before and after arguments,
// "--flag=value", "--" to end them.
func parseFlags(c *command, flags *pflag.FlagSet, args []string) error {
	if wantsHelp(args) {
		return errHelp
	}
	err := flags.Parse(args)
	if err == nil {
		return nil
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return unknownFlag(c, flags, unknown)
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usagef(c.path, "the flag --%s needs a value", missing.GetFlag().Name)
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usagef(c.path, "the value %q of --%s is not understood: %s", bad.GetValue(), bad.GetFlag().Name, plainCause(bad))
	}
	return usagef(c.path, "%s", err.Error())
}

func unknownFlag(c *command, flags *pflag.FlagSet, err *pflag.NotExistError) error {
	name := err.GetSpecifiedName()
	if err.GetSpecifiedShortnames() != "" {
		return usagef(c.path, "there is no flag -%s", name)
	}
	var names []string
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(name, names); near != "" {
		return usagef(c.path, "there is no flag --%s; did you mean --%s?", name, near)
	}
	return usagef(c.path, "there is no flag --%s", name)
}

// plainCause turns what the flag's type says, such as strconv's, into words.
func plainCause(err *pflag.InvalidValueError) string {
	cause := err.Unwrap().Error()
	if i := strings.LastIndex(cause, ": "); i >= 0 && strings.HasPrefix(cause, "strconv.") {
		cause = cause[i+2:]
	}
	return cause
}

// usageError is a command line that cannot be understood: exit code 2, and a
// pointer to the help page of the command at path.
type usageError struct{ path, text string }

func usagef(path, format string, args ...any) error {
	return &usageError{path: path, text: fmt.Sprintf(format, args...)}
}

// Error implements error.
func (e *usageError) Error() string { return e.text }

// hint names the help page that answers the question.
func (e *usageError) hint() string {
	return "Run \"" + strings.TrimSpace("dione "+e.path) + " --help\" to see what there is."
}
