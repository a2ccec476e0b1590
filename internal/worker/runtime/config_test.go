package runtime_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/worker/runtime"
)

// wasm is a module that exports nothing.
const wasm = "\x00asm\x01\x00\x00\x00"

func TestEnvironmentOfAWorker(t *testing.T) {
	var ascii strings.Builder
	for c := range 128 {
		ascii.WriteByte(byte(c))
	}
	text := ascii.String() + "é漢\U0001f600 \\x41 \"'`${x}"
	file := filepath.Join(t.TempDir(), "any name")
	if err := os.WriteFile(file, []byte("from a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := script(`
import text from './t.txt'; import data from './d.bin'; import wasm from './w.wasm'; import json from './j.json';
import cjs from './c.cjs'; import path from './odd "name"\\.txt';
export default { fetch(request, env, ctx) { return Response.json({
  text: env.TEXT, json: env.JSON, empty: env.EMPTY, bad: env.BAD,
  modules: [text, [...new Uint8Array(data)], wasm instanceof WebAssembly.Module, json, cjs, path],
  zone: new Date(0).getTimezoneOffset(), flag: Cloudflare.compatibilityFlags.nodejs_compat,
}) } }`)
	w := &c.Workers[0]
	w.CompatibilityDate, w.CompatibilityFlags = "2026-01-01", []string{"nodejs_compat"}
	w.Vars = []runtime.Var{
		{Name: "TEXT", Text: text},
		{Name: "EMPTY"},
		{Name: "BAD", Text: "\xff"},
		{Name: "JSON", JSON: []byte(`{"a":[1,"\u0000\"",null]}`)},
	}
	w.Modules = append(
		w.Modules,
		runtime.Module{Name: "t.txt", Kind: runtime.Text, Content: []byte("a\nb")},
		runtime.Module{Name: "d.bin", Kind: runtime.Data, Content: []byte{0, 255}},
		runtime.Module{Name: "w.wasm", Kind: runtime.Wasm, Content: []byte(wasm)},
		runtime.Module{Name: "j.json", Kind: runtime.JSON, Content: []byte(`{"x":1}`)},
		runtime.Module{Name: "c.cjs", Kind: runtime.CommonJS, Content: []byte("module.exports = 'common'")},
		runtime.Module{Name: `odd "name"\.txt`, Kind: runtime.Text, Path: file},
	)
	n := start(t)
	n.load(t, c)
	_, body := n.get(t)
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for name, want := range map[string]any{
		"text": text, "empty": "", "bad": "\ufffd", "json": map[string]any{"a": []any{1.0, "\x00\"", nil}},
		"modules": []any{"a\nb", []any{0.0, 255.0}, true, map[string]any{"x": 1.0}, "common", "from a file"},
		"zone":    0.0, "flag": true,
	} {
		if fmt.Sprintf("%#v", got[name]) != fmt.Sprintf("%#v", want) {
			t.Errorf("%s is %#v, want %#v", name, got[name], want)
		}
	}
}

func TestServiceWorkerScript(t *testing.T) {
	c := script(`addEventListener('fetch', (e) => e.respondWith(new Response(VAR + TXT + (W instanceof WebAssembly.Module))))`)
	w := &c.Workers[0]
	w.Modules[0].Kind = runtime.ServiceWorker
	w.Modules = append(w.Modules, runtime.Module{Name: "TXT", Kind: runtime.Text, Content: []byte("text")},
		runtime.Module{Name: "W", Kind: runtime.Wasm, Content: []byte(wasm)})
	w.Vars = []runtime.Var{{Name: "VAR", Text: "var "}}
	n := start(t)
	n.load(t, c)
	n.want(t, 200, "var texttrue")
}

func TestWorkersCallEachOther(t *testing.T) {
	c := script(`export default { async fetch(request, env, ctx) {
  const none = await env.NONE.fetch('http://x/');
  return Response.json([await env.NEXT.hello('a'), await (await env.PLAIN.fetch('http://x/y')).text(), none.status, await none.text()]);
} }`)
	c.Workers[0].Name = "internet" // no name is taken
	c.Workers[0].Services = []runtime.ServiceBinding{
		{Binding: "NEXT", Worker: "next", Entrypoint: "Named", Props: []byte(`{"p":"\"q"}`)},
		{Binding: "PLAIN", Worker: "next"},
		{Binding: "NONE", Worker: "else\"where"},
	}
	next := script(`import { WorkerEntrypoint } from 'cloudflare:workers';
export class Named extends WorkerEntrypoint { hello(x) { return x + this.ctx.props.p } }
export default { fetch(r) { return new Response(r.url) } }`).Workers[0]
	next.Name = "next"
	c.Workers = append(c.Workers, next)
	n := start(t)
	n.load(t, c)
	n.want(t, 200, `["a\"q","http://x/y",503,"The Worker \"else\\\"where\" does not run here.\n"]`)
}

func TestDurableObjectsKeepTheirStorage(t *testing.T) {
	code := func(version string) runtime.Config {
		c := script(`import { DurableObject } from 'cloudflare:workers';
export class Counter extends DurableObject { count() {
  this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS t (n)'); this.ctx.storage.sql.exec('INSERT INTO t VALUES (1)');
  return this.ctx.storage.sql.exec('SELECT count(*) AS n FROM t').one().n;
} }
export default { async fetch(r, env) {
  return new Response('` + version + ` ' + await env.C.get(env.C.idFromName('x')).count()) } }`)
		c.Workers[0].Classes = []runtime.ObjectClass{{Class: "Counter", SQL: true}}
		c.Workers[0].Objects = []runtime.ObjectBinding{{Binding: "C", Class: "Counter"}}
		return c
	}
	dir := filepath.Join(t.TempDir(), "deep", "objects")
	n := start(t)
	for i, version := range []string{"a", "b", "c"} {
		c := code(version)
		c.StorageDir = dir
		n.load(t, c)
		n.want(t, 200, fmt.Sprintf("%s %d", version, i+1))
	}
	bad := code("d")
	bad.StorageDir = dir
	bad.Workers[0].Modules[0].Content = append(bad.Workers[0].Modules[0].Content, "; throw new Error('boom')"...)
	if err := n.Load(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("error %v, want the one thrown", err)
	}
	n.want(t, 200, "c 4")
}

func TestConfigsThatMakeNoSense(t *testing.T) {
	n := start(t)
	for _, c := range []struct {
		name   string
		config runtime.Config
		says   string
	}{
		{"nothing", runtime.Config{}, "no Worker"},
		{"no modules", runtime.Config{Workers: []runtime.Worker{{Name: "a"}}}, `"a" has no modules`},
		{"same name", runtime.Config{Workers: append(says("a").Workers, says("b").Workers...)}, `two Workers are named "app"`},
		{"same binding", func() runtime.Config {
			c := says("x")
			c.Workers[0].Vars = []runtime.Var{{Name: "A"}}
			c.Workers[0].D1 = []runtime.D1{{Binding: "A"}}
			return c
		}(), `two bindings named "A"`},
		{"no storage", func() runtime.Config {
			c := says("x")
			c.Workers[0].Classes = []runtime.ObjectClass{{Class: "A"}}
			return c
		}(), "no folder to store"},
		{"missing file", func() runtime.Config {
			c := says("x")
			c.Workers[0].Modules[0] = runtime.Module{Name: "m", Kind: runtime.ESModule, Path: "/none"}
			return c
		}(), `read the module "m"`},
		{"unknown kind", func() runtime.Config {
			c := says("x")
			c.Workers[0].Modules[0].Kind = "Nope"
			return c
		}(), "cannot be a Nope"},
	} {
		if err := n.Load(t.Context(), c.config); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not say %q", c.name, err, c.says)
		}
	}
}

func TestDateLaterThanWorkerdIsLowered(t *testing.T) {
	n := start(t)
	c := says("hello")
	c.Workers[0].CompatibilityDate = "2999-01-01"
	n.load(t, c)
	n.want(t, 200, "hello")
	if e := n.next(t); !strings.Contains(e.Warning, "2999-01-01") || !strings.Contains(e.Warning, n.NewestDate()) {
		t.Errorf("event %+v, want a warning with both dates", e)
	}
}
