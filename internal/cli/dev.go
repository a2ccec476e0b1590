package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/dione-db/dione/internal/app"
	"github.com/dione-db/dione/internal/durable"
	"github.com/dione-db/dione/internal/npm"
	"github.com/dione-db/dione/internal/worker/project"
	"github.com/dione-db/dione/internal/worker/runtime"
	"github.com/dione-db/dione/internal/worker/toolchain"
)

// Where "dione dev" listens when nothing says otherwise.
const (
	defaultIP   = "127.0.0.1"
	defaultPort = 8787
)

// devFlags are those of "dione dev".
type devFlags struct {
	dataFlags
	logFlags

	config, env, ip string
	port            int
	vars            []string
}

func setupDev(flags *pflag.FlagSet) runFunc {
	f := &devFlags{}
	flags.IntVar(&f.port, "port", -1, "the port to listen on; 0 takes any free one (default: that of the wrangler file, else 8787)")
	flags.StringVar(&f.ip, "ip", "", "the address to listen on, one of this machine alone (default 127.0.0.1)")
	f.dataFlags.register(flags)
	flags.StringVarP(&f.config, "config", "c", "", "the wrangler `file` (default: the nearest from the folder up)")
	flags.StringVarP(&f.env, "env", "e", "", "the environment of the wrangler file, by `name`")
	flags.StringArrayVar(&f.vars, "var", nil, "a variable for the Worker, as `KEY:VALUE`; may be given several times")
	f.logFlags.register(flags, "warn")
	return f.run
}

// check refuses what would only fail after the work has begun.
func (f *devFlags) check(args []string) error {
	for _, v := range f.vars {
		if name, _, ok := strings.Cut(v, ":"); !ok || name == "" {
			return usagef("dev", "the value %q of --var is not understood: use KEY:VALUE", v)
		}
	}
	switch {
	case f.port < -1 || f.port > 65535:
		return usagef("dev", "the value %d of --port is no port: use 0 to 65535", f.port)
	case f.ip != "" && !isLoopback(f.ip):
		return usagef("dev", "the value %q of --ip could be reached by others: use an address of this machine alone, such as 127.0.0.1", f.ip)
	case f.config != "" && len(args) > 1:
		return usagef("dev", "--config is for one folder, and there are %d", len(args))
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// loader reads the project of one folder, as often as it is asked to.
type loader struct {
	opts project.Options
	vars []project.Var
}

func (l *loader) load() (*project.Project, []project.Warning, error) {
	p, warnings, err := project.Load(l.opts)
	if err != nil {
		return nil, warnings, err
	}
	if p.CompatibilityDate == "" {
		p.CompatibilityDate = workerdDate()
		warnings = append(warnings, project.Warning{
			Position: project.Position{File: p.File},
			Text:     "there is no compatibility_date; the Worker runs with " + p.CompatibilityDate,
		})
	}
	p.Vars = append(p.Vars, l.vars...)
	return p, warnings, nil
}

// workerdDate is the newest compatibility date of the pinned workerd: its
// version has it, 1.YYYYMMDD.N.
func workerdDate() string {
	d := strings.Split(toolchain.WorkerdVersion, ".")[1]
	return d[:4] + "-" + d[4:6] + "-" + d[6:8]
}

// loaders makes one loader per folder.
func (f *devFlags) loaders(env *Env, args []string) []*loader {
	if len(args) == 0 {
		args = []string{"."}
	}
	var vars []project.Var
	for _, v := range f.vars {
		name, value, _ := strings.Cut(v, ":")
		vars = append(vars, project.Var{Name: name, Text: value})
	}
	loaders := make([]*loader, len(args))
	for i, dir := range args {
		opts := project.Options{Dir: env.path(dir), Env: f.env, Environ: env.Environ}
		if f.config != "" {
			opts.File = env.path(f.config)
		}
		loaders[i] = &loader{opts: opts, vars: vars}
	}
	return loaders
}

// run prepares everything that must be in place before the first build, and
// ends it in reverse order.
func (f *devFlags) run(ctx context.Context, env *Env, args []string) error {
	if err := f.check(args); err != nil {
		return err
	}
	// The Worker's output and ours meet on the same screen.
	var mu sync.Mutex
	out, errOut := &sharedWriter{mu: &mu, w: env.Stdout}, &sharedWriter{mu: &mu, w: env.Stderr}
	log, err := f.open(errOut, "dev")
	if err != nil {
		return err
	}
	loaders := f.loaders(env, args)
	projects, err := loadAll(loaders)
	if err != nil {
		return err
	}
	dataDir, err := f.dir(env)
	if err != nil {
		return err
	}
	session := &devSession{
		env: env, flags: f, dataDir: dataDir, out: out, errOut: errOut, log: log, loaders: loaders,
		workers: make([]*devWorker, len(loaders)),
	}
	return session.run(ctx, projects[0])
}

// loadAll reads every project once: what is wrong with a wrangler file at the
// start is a plain failure.
func loadAll(loaders []*loader) ([]*project.Project, error) {
	projects := make([]*project.Project, len(loaders))
	names := map[string]string{}
	for i, l := range loaders {
		p, _, err := l.load()
		if errors.Is(err, project.ErrNotFound) {
			return nil, fmt.Errorf("there is no wrangler.toml, wrangler.json or wrangler.jsonc in %s or above; "+
				"name a folder (dione dev ./my-worker) or a file (--config)", l.opts.Dir)
		}
		if err != nil {
			return nil, err
		}
		if other, taken := names[p.Name]; taken && len(loaders) > 1 {
			return nil, fmt.Errorf("%s and %s have the same name %q; Workers that run side by side need different ones", other, p.File, p.Name)
		}
		names[p.Name] = p.File
		projects[i] = p
	}
	return projects, nil
}

// devSession is one run of "dione dev".
type devSession struct {
	env         *Env
	flags       *devFlags
	dataDir     string
	out, errOut io.Writer
	log         *slog.Logger
	loaders     []*loader

	member *app.Member
	server *runtime.Server

	// Only the goroutine of loop touches what follows.
	workers []*devWorker // what each folder gave last, nil before
	ready   bool
}

// run opens the data folder, gets workerd, takes the address, and works until
// ctx ends.
func (s *devSession) run(ctx context.Context, first *project.Project) (err error) {
	o := nodeOptions(s.env, s.dataDir)
	o.Log, o.Command = s.log, "dione dev"
	if s.member, err = app.Join(ctx, o); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.member.Close(ctx)) }()

	bar := npm.NewBar(s.errOut, s.env.Interactive)
	workerd, err := toolchain.Workerd(ctx, toolchain.Options{ProjectDir: first.Dir, Progress: bar.Show, Environ: s.env.Environ})
	if err != nil {
		return ending(ctx, err)
	}
	scratch, err := durable.NewScratch(filepath.Join(s.dataDir, "dev"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()

	s.server, err = runtime.New(ctx, runtime.Options{
		Workerd: workerd, Dir: filepath.Join(scratch.Dir, "workerd"), Listen: s.address(first),
		Log: s.out, Prefix: "[" + nameOf(first) + "] ", Notify: s.notify,
	})
	if err != nil {
		return ending(ctx, err)
	}
	defer func() { err = errors.Join(err, s.server.Close()) }() //nolint:contextcheck // the end must not be cut short
	return s.loop(ctx)
}

// ending drops an error that is only the consequence of being told to stop.
func ending(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// address is where to listen: the flags count before the wrangler file.
func (s *devSession) address(p *project.Project) string {
	ip, number := s.flags.ip, s.flags.port
	if ip == "" {
		ip = p.Dev.IP
		if ip != "" && !isLoopback(ip) {
			fmt.Fprintf(s.errOut, "warning: the wrangler file asks for the address %s, which others could reach; using %s\n", ip, defaultIP)
			ip = ""
		}
	}
	if ip == "" {
		ip = defaultIP
	}
	if number < 0 {
		number = p.Dev.Port
	}
	if number < 0 {
		number = defaultPort
	}
	return net.JoinHostPort(ip, strconv.Itoa(number))
}

func nameOf(p *project.Project) string {
	if p.Name == "" {
		return "worker"
	}
	return p.Name
}

// notify shows what happens to the running Workers by itself.
func (s *devSession) notify(e runtime.Event) {
	if e.Warning != "" {
		fmt.Fprintf(s.errOut, "warning: %s\n", e.Warning)
	}
	if e.Failure != nil {
		fmt.Fprintf(s.errOut, "error: the Worker stopped: %v\n", e.Failure)
	}
	if e.Recovered {
		fmt.Fprintln(s.out, "The Worker runs again.")
	}
}

// sharedWriter lets several goroutines write whole pieces to one screen.
type sharedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (w *sharedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}
