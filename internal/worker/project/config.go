package project

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// build takes a Project out of the file's values.
func (p *Project) build(s scope, withoutMain bool) {
	p.readName(s)
	p.readMain(s, withoutMain)
	p.readCompatibility(s)
	p.readVars(s)
	p.readBindings(s)
	p.readMigrations(s)
	p.readBundle(s)
	p.readBuild(s)

	dev := s.top.sub("dev")
	p.Dev = Dev{IP: dev.text("ip", ""), Port: dev.integer("port", 0, 65535, -1)}
	dev.only("ip", "port", "inspector_port", "inspector_ip", "local_protocol", "upstream_protocol", "host",
		"enable_containers", "container_engine", "generate_types")

	triggers := s.inherited("triggers").sub("triggers")
	p.Crons = triggers.texts("crons")
	triggers.only("crons", "events")

	checkBindingNames(s)
}

func (p *Project) readName(s scope) {
	from := s.inherited("name")
	p.Name = from.text("name", "")
	if ok, _ := regexp.MatchString(`^([a-z0-9_][a-z0-9_-]*)?$`, p.Name); !ok {
		s.r.errorf(from.node.field("name").value.offset,
			"%q must be lower-case letters, digits, dashes and underscores, not %q", from.name("name"), p.Name)
	}
	if p.Env != "" && p.Name != "" && !s.env.has("name") {
		p.Name += "-" + p.Env
	}
}

func (p *Project) readMain(s scope, optional bool) {
	from := s.inherited("main")
	if !from.has("main") {
		if !optional {
			s.r.errorf(-1, `"main" is missing: name the Worker's entry file, as in %s`, p.example("main", "src/index.ts"))
		}
		return
	}
	p.MainPos = s.r.src.position(from.node.field("main").value.offset)
	if main := from.text("main", ""); main != "" {
		p.Main = p.Path(main)
	} else if n := from.node.field("main").value; n.kind == kindString {
		s.r.errorf(n.offset, "%q must not be empty", from.name("main"))
	}
}

// example spells KEY = VALUE in the format of the file.
func (p *Project) example(key, value string) string {
	if filepath.Ext(p.File) == ".toml" {
		return key + " = " + quote(value)
	}
	return quote(key) + ": " + quote(value)
}

func (p *Project) readCompatibility(s scope) {
	from := s.inherited("compatibility_date")
	if n, ok := from.get("compatibility_date", kindString); ok {
		p.CompatibilityDate = n.text
		if _, err := time.Parse(time.DateOnly, n.text); err != nil {
			s.r.errorf(n.offset, "%q must be a date such as \"2026-11-17\", not %q", from.name("compatibility_date"), n.text)
		}
	}
	p.CompatibilityFlags = s.inherited("compatibility_flags").texts("compatibility_flags")
}

func (p *Project) readVars(s scope) {
	from := s.own("vars")
	s.missing("vars")
	vars, ok := from.get("vars", kindTable)
	if !ok {
		return
	}
	for _, f := range vars.fields {
		v := Var{Name: f.name}
		date := f.value.find(func(n *node) bool { return n.kind == kindDate })
		switch {
		case date != nil:
			s.r.errorf(date.offset, "\"%s.%s\" must not be a date: write a string, as in \"2026-11-17\"", from.name("vars"), f.name)
		case f.value.kind == kindString:
			v.Text = f.value.text
		default:
			v.JSON = f.value.json()
		}
		p.Vars = append(p.Vars, v)
	}
}

func (p *Project) readBindings(s scope) {
	for _, t := range s.own("d1_databases").subs("d1_databases") {
		p.D1Databases = append(p.D1Databases, D1Database{
			Binding:           t.required("binding"),
			Name:              t.text("database_name", ""),
			ID:                t.text("database_id", ""),
			PreviewID:         t.text("preview_database_id", ""),
			MigrationsDir:     t.text("migrations_dir", "migrations"),
			MigrationsTable:   t.text("migrations_table", "d1_migrations"),
			MigrationsPattern: t.text("migrations_pattern", ""),
			Pos:               t.position(),
		})
		if t.is("remote", false) {
			s.r.warnf(t.node.field("remote").offset, "%q has no effect: the database is a local one", t.name("remote"))
		}
		t.only("binding", "database_id", "database_internal_env", "database_name", "jurisdiction", "migrations_dir",
			"migrations_pattern", "migrations_table", "preview_database_id", "remote")
	}
	for _, t := range s.own("services").subs("services") {
		p.Services = append(p.Services, Service{
			Binding:    t.required("binding"),
			Service:    t.required("service"),
			Entrypoint: t.text("entrypoint", ""),
			Props:      t.json("props"),
			Pos:        t.position(),
		})
		t.only("binding", "service", "environment", "entrypoint", "props", "remote", "cross_account_grant", "dev")
	}
	objects := s.own("durable_objects").sub("durable_objects")
	objects.only("bindings")
	for _, t := range objects.subs("bindings") {
		p.DurableObjects = append(p.DurableObjects, DurableObject{
			Name:       t.required("name"),
			ClassName:  t.required("class_name"),
			ScriptName: t.text("script_name", ""),
			Pos:        t.position(),
		})
		t.only("name", "class_name", "script_name", "environment", "remote")
	}
}

func (p *Project) readMigrations(s scope) {
	for _, t := range s.inherited("migrations").subs("migrations") {
		m := ClassMigration{
			Tag:              t.required("tag"),
			NewClasses:       t.texts("new_classes"),
			NewSQLiteClasses: t.texts("new_sqlite_classes"),
			DeletedClasses:   t.texts("deleted_classes"),
		}
		for _, r := range t.subs("renamed_classes") {
			m.Renamed = append(m.Renamed, ClassRename{From: r.required("from"), To: r.required("to")})
		}
		t.only("tag", "new_classes", "new_sqlite_classes", "renamed_classes", "deleted_classes", "transferred_classes")
		p.Migrations = append(p.Migrations, m)
	}
}

func (p *Project) readBundle(s scope) {
	b := Bundle{
		NoBundle:              s.inherited("no_bundle").is("no_bundle", false),
		FindAdditionalModules: s.inherited("find_additional_modules").flag("find_additional_modules"),
		PreserveFileNames:     s.inherited("preserve_file_names").is("preserve_file_names", false),
		BaseDir:               p.Dir,
		JSXFactory:            s.inherited("jsx_factory").text("jsx_factory", "React.createElement"),
		JSXFragment:           s.inherited("jsx_fragment").text("jsx_fragment", "React.Fragment"),
		Minify:                s.inherited("minify").is("minify", false),
		KeepNames:             s.inherited("keep_names").is("keep_names", true),
		Define:                s.own("define").textMap("define"),
		Alias:                 s.top.textMap("alias"),
	}
	s.missing("define")
	if p.Main != "" {
		b.BaseDir = filepath.Dir(p.Main)
	}
	if dir := s.inherited("base_dir").text("base_dir", ""); dir != "" {
		b.BaseDir = p.Path(dir)
	}
	if file := s.inherited("tsconfig").text("tsconfig", ""); file != "" {
		b.TSConfig = p.Path(file)
	}
	types := []string{"ESModule", "CommonJS", "CompiledWasm", "Text", "Data", "PythonModule", "PythonRequirement"}
	for _, t := range s.inherited("rules").subs("rules") {
		r := Rule{Type: t.required("type"), Globs: t.texts("globs"), Fallthrough: t.flag("fallthrough"), Pos: t.position()}
		if r.Type != "" && !slices.Contains(types, r.Type) {
			s.r.errorf(t.node.field("type").value.offset, "%q must be one of %s, not %q",
				t.name("type"), strings.Join(types[:5], ", "), r.Type)
		}
		if !t.has("globs") {
			s.r.errorf(t.offset(), "%q has no %q", t.path, "globs")
		}
		t.only("type", "globs", "fallthrough")
		b.Rules = append(b.Rules, r)
	}
	p.Bundle = b
}

func (p *Project) readBuild(s scope) {
	t := s.inherited("build").sub("build")
	t.only("command", "cwd", "watch_dir")
	p.Build = Build{Command: t.text("command", ""), Cwd: p.Path(t.text("cwd", ""))}
	dirs := []string{"./src"}
	if f := t.node.field("watch_dir"); f != nil && f.value.kind == kindArray {
		dirs = t.texts("watch_dir")
	} else if f != nil {
		dirs = []string{t.text("watch_dir", "./src")}
	}
	if p.Build.Command == "" {
		return
	}
	p.Build.Pos = t.position()
	for _, dir := range dirs {
		p.Build.WatchDirs = append(p.Build.WatchDirs, p.Path(dir))
	}
}
