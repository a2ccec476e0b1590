package project

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// readSecrets puts the values of the dotenv files over those of vars: of
// .dev.vars.ENV, else .dev.vars, and only where there is neither those of .env,
// .env.local, .env.ENV and .env.ENV.local, each over the one before. Only the
// latter are expanded. A "secrets" key limits them to the names that it requires
// and those of vars.
func (p *Project) readSecrets(s scope, environ map[string]string) error {
	required := s.own("secrets").sub("secrets")
	required.only("required")
	names := required.texts("required")

	loaded, found, err := p.devVars(s.r)
	if err != nil {
		return err
	}
	if !found && environ["CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV"] != "false" {
		if loaded, err = p.dotEnv(s.r, environ, required.node != nil); err != nil {
			return err
		}
	}
	for _, a := range loaded {
		i := slices.IndexFunc(p.Vars, func(v Var) bool { return v.Name == a.name })
		v := Var{Name: a.name, Text: a.value, Secret: true}
		switch {
		case i >= 0:
			p.Vars[i] = v
		case required.node == nil || slices.Contains(names, a.name):
			p.Vars = append(p.Vars, v)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(p.Vars, func(v Var) bool { return v.Name == name && v.Secret }) {
			s.r.warnf(required.offset(), "secret %q is required and missing: put it into .dev.vars", name)
		}
	}
	return nil
}

// devVars reads .dev.vars.ENV or .dev.vars.
func (p *Project) devVars(r *reader) (list []assignment, found bool, err error) {
	files := []string{".dev.vars"}
	if p.Env != "" {
		files = []string{".dev.vars." + p.Env, ".dev.vars"}
	}
	for _, name := range files {
		p.Inputs = append(p.Inputs, filepath.Join(p.Dir, name))
	}
	for _, name := range files {
		if list, found, err = p.dotenvFile(r, name); found || err != nil {
			return list, found, err
		}
	}
	return nil, false, nil
}

// dotEnv reads the .env files. With all, or where CLOUDFLARE_INCLUDE_PROCESS_ENV
// says so, the process's environment counts as well.
func (p *Project) dotEnv(r *reader, environ map[string]string, all bool) ([]assignment, error) {
	files := []string{".env", ".env.local"}
	if p.Env != "" {
		files = append(files, ".env."+p.Env, ".env."+p.Env+".local")
	}
	var list []assignment
	for _, name := range files {
		p.Inputs = append(p.Inputs, filepath.Join(p.Dir, name))
		more, _, err := p.dotenvFile(r, name)
		if err != nil {
			return nil, err
		}
		for _, a := range more {
			list = slices.DeleteFunc(list, func(b assignment) bool { return b.name == a.name })
			list = append(list, a)
		}
	}
	if !all && environ["CLOUDFLARE_INCLUDE_PROCESS_ENV"] != "true" {
		return expand(list, nil), nil
	}
	list = expand(list, environ)
	for name, value := range environ {
		if !slices.ContainsFunc(list, func(a assignment) bool { return a.name == name }) {
			list = append(list, assignment{name: name, value: value})
		}
	}
	slices.SortFunc(list, func(a, b assignment) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// dotenvFile reads one file of the project's root. Lines that say nothing are
// warned about; their text, maybe a secret, is not shown.
func (p *Project) dotenvFile(r *reader, name string) (list []assignment, found bool, err error) {
	text, err := readFile(filepath.Join(p.Dir, name))
	if os.IsNotExist(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	list, skipped := parseDotenv(text)
	src := newSource(name, text)
	for _, offset := range skipped {
		pos := src.position(offset)
		pos.Column = 0
		r.warnings = append(r.warnings, Problem{Position: pos, Text: "the line is not NAME=value; ignored"})
	}
	return list, true, nil
}
