package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/app"
	"github.com/dione-db/dione/internal/worker/bundle"
	"github.com/dione-db/dione/internal/worker/project"
	"github.com/dione-db/dione/internal/worker/runtime"
)

// devWorker is one built Worker as the runtime takes it, and what a person
// wants to know of it.
type devWorker struct {
	runtime.Worker

	project   *project.Project
	databases []devDatabase
	rows      [][]string // of the table of bindings
}

type devDatabase struct {
	entry d1Entry
	id    d1.DatabaseID
}

// worker makes a Worker of a build: its databases are found or made.
func (s *devSession) worker(ctx context.Context, r bundle.Result) (*devWorker, error) {
	p := r.Project
	w := &devWorker{project: p, Worker: runtime.Worker{
		Name: nameOf(p), CompatibilityDate: p.CompatibilityDate, CompatibilityFlags: p.CompatibilityFlags,
	}}
	for _, m := range r.Modules {
		w.Modules = append(w.Modules, runtime.Module{Name: m.Name, Kind: runtime.Kind(m.Kind), Content: m.Content})
	}
	if err := s.bindDatabases(ctx, w); err != nil {
		return nil, err
	}
	w.bindVars()
	w.bindServices()
	w.bindObjects()
	return w, nil
}

// bindDatabases finds or makes every database of the wrangler file.
func (s *devSession) bindDatabases(ctx context.Context, w *devWorker) error {
	for _, e := range entriesOf(w.project) {
		db, err := ensure(ctx, s.member.Service(), &e)
		if err != nil {
			return err
		}
		if db.note != "" {
			fmt.Fprintf(s.errOut, "note: %s\n", db.note)
		}
		value := db.Name + " (" + string(db.ID) + ")"
		if db.created {
			value += ", new"
			if s.ready { // the table of bindings is only shown at the start
				fmt.Fprintf(s.out, "Made the database %s (%s) for env.%s\n", db.Name, db.ID, e.binding)
			}
		}
		w.databases = append(w.databases, devDatabase{entry: e, id: db.ID})
		w.D1 = append(w.D1, runtime.D1{
			Binding: e.binding, Address: s.member.BindingAddress(), Headers: headers(s.member.BindingHeaders(db.ID)),
		})
		w.rows = append(w.rows, []string{"env." + e.binding, "D1 Database", value})
	}
	return nil
}

func headers(list []app.Header) []runtime.Header {
	out := make([]runtime.Header, len(list))
	for i, h := range list {
		out[i] = runtime.Header{Name: h.Name, Value: h.Value}
	}
	return out
}

// bindVars hands the variables over, the last of each name: dotenv files
// come after the wrangler file, and the command line after both.
func (w *devWorker) bindVars() {
	for i, v := range w.project.Vars {
		later := func(o project.Var) bool { return o.Name == v.Name }
		if slices.ContainsFunc(w.project.Vars[i+1:], later) {
			continue
		}
		w.Vars = append(w.Vars, runtime.Var{Name: v.Name, Text: v.Text, JSON: v.JSON})
		w.rows = append(w.rows, varRow(v))
	}
}

// varRow shows a variable, shortened, and nothing of a secret.
func varRow(v project.Var) []string {
	const shown = 40
	text := v.Text
	if v.JSON != nil {
		text = string(v.JSON)
	}
	if v.Secret {
		return []string{"env." + v.Name, "Secret", "(hidden)"}
	}
	if utf8.RuneCountInString(text) > shown {
		text = string([]rune(text)[:shown-1]) + "…"
	}
	return []string{"env." + v.Name, "Variable", text}
}

func (w *devWorker) bindServices() {
	for _, b := range w.project.Services {
		w.Services = append(w.Services, runtime.ServiceBinding{
			Binding: b.Binding, Worker: b.Service, Entrypoint: b.Entrypoint, Props: b.Props,
		})
		value := b.Service
		if b.Entrypoint != "" {
			value += "#" + b.Entrypoint
		}
		w.rows = append(w.rows, []string{"env." + b.Binding, "Worker", value})
	}
}

// bindObjects hands over the bindings of Durable Objects, and the classes
// this Worker has: those it binds itself and those its migrations make.
func (w *devWorker) bindObjects() {
	classes := w.project.SQLiteClasses()
	for _, o := range w.project.DurableObjects {
		own := o.ScriptName == "" || o.ScriptName == w.Name
		b := runtime.ObjectBinding{Binding: o.Name, Class: o.ClassName}
		value := o.ClassName
		if !own {
			b.Worker = o.ScriptName
			value += " of " + o.ScriptName
		} else if _, known := classes[o.ClassName]; !known {
			classes[o.ClassName] = false
		}
		w.Objects = append(w.Objects, b)
		w.rows = append(w.rows, []string{"env." + o.Name, "Durable Object", value})
	}
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		w.Classes = append(w.Classes, runtime.ObjectClass{Class: name, SQL: classes[name]})
	}
}

// storageName names the folder for the Durable Objects of a project: two
// projects may have Workers of the same name.
func storageName(p *project.Project) string {
	sum := sha256.Sum256([]byte(p.Dir))
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, nameOf(p))
	return safe + "-" + hex.EncodeToString(sum[:4])
}
