package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/pflag"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/app"
	"github.com/dione-db/dione/internal/obs"
)

// nodeOptions are the options that hold for every command that may open the
// data folder. Commands that are done soon log only what somebody should see.
func nodeOptions(env *Env, dataDir string) app.Options {
	return app.Options{
		DataDir: dataDir, Limits: d1.Cloudflare(), Log: newLog(env.Stderr, slog.LevelWarn),
		Command: "dione", Wait: waitForFolder,
	}
}

func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// logFlags chooses how much of the log is shown.
type logFlags struct{ level string }

func (f *logFlags) register(flags *pflag.FlagSet, level string) {
	flags.StringVar(&f.level, "log-level", level, "how much to log: debug, info, warn or error")
}

func (f *logFlags) open(w io.Writer, command string) (*slog.Logger, error) {
	level, err := obs.ParseLevel(f.level)
	if err != nil {
		return nil, usagef(command, "the value %q of --log-level is not understood: use debug, info, warn or error", f.level)
	}
	return newLog(w, level), nil
}

// serveFlags are those of "dione serve".
type serveFlags struct {
	dataFlags
	logFlags

	listen string
}

func setupServe(flags *pflag.FlagSet) runFunc {
	f := &serveFlags{}
	f.dataFlags.register(flags)
	flags.StringVar(&f.listen, "binding-listen", "127.0.0.1:0", "where to answer bindings: `host:port` on this machine, or unix:/path")
	f.logFlags.register(flags, "info")
	return f.run
}

func (f *serveFlags) run(ctx context.Context, env *Env, _ []string) error {
	log, err := f.open(env.Stderr, "serve")
	if err != nil {
		return err
	}
	dir, err := f.dir(env)
	if err != nil {
		return err
	}
	o := nodeOptions(env, dir)
	o.Log, o.Command, o.Listen, o.Binding = log, "dione serve", true, f.listen
	node, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Serving D1 bindings on %s\nData folder %s\n", node.BindingAddress(), dir)
	select {
	case <-ctx.Done():
	case err = <-node.Failed():
	}
	return errors.Join(err, node.Close(ctx))
}

// bindingFlags are those of "dione binding".
type bindingFlags struct {
	databaseFlags

	create, capnp bool
	address       string
}

func setupBinding(flags *pflag.FlagSet) runFunc {
	f := &bindingFlags{}
	f.register(flags)
	flags.BoolVar(&f.create, "create", false, "make the database if it is missing")
	flags.BoolVar(&f.capnp, "capnp", false, "print the service and the binding for a workerd configuration")
	flags.StringVar(&f.address, "address", "", "the `address` of the node: host:port or unix:/path (default: that of the running dione serve)")
	return f.run
}

// bindingJSON is what a program needs to make a D1 binding.
type bindingJSON struct {
	Address      string        `json:"address"`
	DatabaseID   d1.DatabaseID `json:"databaseId"`
	DatabaseName string        `json:"databaseName"`
	Headers      []app.Header  `json:"headers"`
}

func (f *bindingFlags) run(ctx context.Context, env *Env, args []string) error {
	dir, err := f.dataFlags.dir(env)
	if err != nil {
		return err
	}
	address, err := f.find(dir)
	if err != nil {
		return err
	}
	missing := refuseMissing
	if f.create {
		missing = makeNamed
	}
	o, err := f.open(ctx, env, args[0], missing)
	if err != nil {
		return err
	}
	if err := o.close(); err != nil {
		return err
	}
	key, err := app.ReadKey(dir)
	if err != nil {
		return err
	}
	out := bindingJSON{Address: address, DatabaseID: o.ID, DatabaseName: o.Name, Headers: app.BindingHeaders(key, o.ID)}
	if !f.capnp {
		return writeJSON(env.Stdout, out)
	}
	name := bindingName(o.Name)
	if o.entry != nil {
		name = o.entry.binding
	}
	_, err = io.WriteString(env.Stdout, capnp(out, name))
	return err
}

// find gives the address to print: that of the flag, else that of the running
// node.
func (f *bindingFlags) find(dir string) (string, error) {
	if f.address != "" {
		return f.address, nil
	}
	running, ok := app.FindRunning(dir)
	switch {
	case !ok:
		return "", fmt.Errorf("no node serves the data folder %s: start \"dione serve --data %s\" first, or say its address with --address", dir, dir)
	case running.Binding == "":
		return "", fmt.Errorf("the data folder %s is served by process %d (%s), which answers only its own Workers: "+
			"stop it and start \"dione serve\", or say an address with --address", dir, running.PID, running.Command)
	}
	return running.Binding, nil
}

// capnp is the service and the binding in the language of workerd's
// configuration.
func capnp(b bindingJSON, binding string) string {
	service := capnpText("d1:" + b.DatabaseName)
	var s strings.Builder
	fmt.Fprintf(&s, "# One of the services of the Workerd.Config:\n(name = %s, external = (\n  address = %s,\n  http = (injectRequestHeaders = [\n",
		service, capnpText(b.Address))
	for _, h := range b.Headers {
		fmt.Fprintf(&s, "    (name = %s, value = %s),\n", capnpText(h.Name), capnpText(h.Value))
	}
	fmt.Fprintf(&s, "  ]))),\n\n# One of the bindings of the Worker:\n(name = %s, wrapped = (\n  moduleName = \"cloudflare-internal:d1-api\",\n"+
		"  innerBindings = [(name = \"fetcher\", service = %s)])),\n", capnpText(binding), service)
	return s.String()
}

// capnpText quotes a text; the escapes of JSON are among those of Cap'n Proto
// for all that can be in a name or an address.
func capnpText(s string) string { return string(d1.AppendString(nil, s)) }
