package project

import (
	"slices"
	"strings"
)

// scope is the top level of a file and, where one was chosen, an environment.
type scope struct {
	r   *reader
	top table
	env table // its node is nil where none was chosen
}

// newScope finds the environment. That one which the file does not have is an
// error, but only a warning where the file has none at all, as with wrangler.
func newScope(r *reader, root *node, env string) scope {
	s := scope{r: r, top: table{r: r, node: root}}
	checkKeys(s.top, false)
	envs := s.top.sub("env")
	if env == "" {
		return s
	}
	s.env = table{r, "env." + env, nil}
	switch f := envs.node.field(env); {
	case f != nil:
		s.env = envs.sub(env)
		checkKeys(s.env, true)
	case envs.node != nil && len(envs.node.fields) > 0:
		var names []string
		for _, f := range envs.node.fields {
			names = append(names, f.name)
		}
		slices.Sort(names)
		r.errorf(envs.offset(), "no environment %q; there are: %s", env, strings.Join(names, ", "))
	default:
		r.warnf(-1, "no environment %q; using the top level", env)
		s.env.path = "" // so own gives the top level
	}
	return s
}

// inherited gives the table to take an inheritable key from.
func (s scope) inherited(key string) table {
	if s.env.has(key) {
		return s.env
	}
	return s.top
}

// own gives the table to take a key from that environments do not inherit, with
// a warning where that loses what the top level has.
func (s scope) own(key string) table {
	if s.env.path == "" {
		return s.top
	}
	if f := s.top.node.field(key); f != nil && !s.env.has(key) && !emptyValue(f.value) {
		s.r.warnf(f.offset, "%q is not inherited by environments: %q has none; add it there", key, s.env.path)
	}
	return s.env
}

// missing warns about the entries of a table that the top level has and the
// environment's own one lacks.
func (s scope) missing(key string) {
	top, own := s.top.node.field(key), s.env.node.field(key)
	if top == nil || own == nil {
		return
	}
	for _, f := range top.value.fields {
		if own.value.field(f.name) == nil {
			s.r.warnf(own.offset, "%q is not inherited by environments: %q lacks %q", key, s.env.name(key), f.name)
		}
	}
}
