package runtime

import (
	_ "embed"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

const (
	// configFile is the name of the configuration, socketName that of its socket.
	configFile = "config.capnp"
	socketName = "http"
	// internet and objects are services that no Worker can be named like: names
	// of ours have a colon.
	internet = "net:internet"
	objects  = "disk:objects"
	// jsrpcFlag makes the binding speak the protocol that shim translates.
	jsrpcFlag = "d1_binding_jsrpc"
	// helperDate is the compatibility date of Workers of ours.
	helperDate = "2025-01-01"
)

// shim is the Worker between a binding that speaks JavaScript RPC and the server.
//
//go:embed shim.js
var shim []byte

// stub is the Worker in place of one that does not run.
const stub = `export default { fetch() { return new Response(%q, { status: 503 }); } };`

// writeConfig spells the configuration. Dates are those of c, already lowered.
func writeConfig(c Config, extraCAs [][]byte) (*writer, error) {
	w := &writer{files: map[string][]byte{}}
	if err := check(c); err != nil {
		return nil, err
	}
	w.line(`using Workerd = import "/workerd/workerd.capnp";`)
	var err error
	w.block("const config :Workerd.Config = (", ");", func() {
		w.block("services = [", "],", func() {
			for _, worker := range c.Workers {
				if err == nil {
					err = w.worker(worker)
				}
			}
			w.stubs(c)
			w.network(extraCAs)
			if slices.ContainsFunc(c.Workers, hasClasses) {
				w.line("(name = %s, disk = (path = %s, writable = true)),", quote(objects), quote(c.StorageDir))
			}
		})
		w.line("sockets = [(name = %s, http = (), service = %s)],", quote(socketName), quote(c.Workers[0].Name))
	})
	return w, err
}

// check finds what workerd would report in terms of its own configuration.
func check(c Config) error {
	if len(c.Workers) == 0 {
		return fmt.Errorf("no Worker to run")
	}
	seen := map[string]bool{}
	for _, worker := range c.Workers {
		if seen[worker.Name] {
			return fmt.Errorf("two Workers are named %q", worker.Name)
		}
		seen[worker.Name] = true
		if len(worker.Modules) == 0 {
			return fmt.Errorf("the Worker %q has no modules", worker.Name)
		}
		if hasClasses(worker) && c.StorageDir == "" {
			return fmt.Errorf("the Worker %q has Durable Objects but there is no folder to store them", worker.Name)
		}
		if err := worker.checkBindings(); err != nil {
			return err
		}
	}
	return nil
}

// checkBindings finds names that two bindings of a Worker share.
func (worker Worker) checkBindings() error {
	seen := map[string]bool{}
	for _, name := range worker.bindingNames() {
		if seen[name] {
			return fmt.Errorf("the Worker %q has two bindings named %q", worker.Name, name)
		}
		seen[name] = true
	}
	return nil
}

func (worker Worker) bindingNames() []string {
	var names []string
	for _, b := range worker.Vars {
		names = append(names, b.Name)
	}
	for _, b := range worker.D1 {
		names = append(names, b.Binding)
	}
	for _, b := range worker.Services {
		names = append(names, b.Binding)
	}
	for _, b := range worker.Objects {
		names = append(names, b.Binding)
	}
	return names
}

func hasClasses(worker Worker) bool { return len(worker.Classes) > 0 }

// worker writes one Worker and the services behind its databases.
func (w *writer) worker(worker Worker) error {
	var err error
	w.block(fmt.Sprintf("(name = %s, worker = (", quote(worker.Name)), ")),", func() {
		if err = w.modules(worker); err != nil {
			return
		}
		w.line("compatibilityDate = %s,", quote(worker.CompatibilityDate))
		w.line("compatibilityFlags = %s,", list(worker.CompatibilityFlags))
		w.block("bindings = [", "],", func() {
			err = w.bindings(worker)
		})
		w.line("globalOutbound = %s,", quote(internet))
		w.classes(worker)
	})
	if err != nil {
		return err
	}
	for _, db := range worker.D1 {
		w.database(worker, db)
	}
	return nil
}

// fields are the names of a kind in a configuration: of a module, and of the
// binding that it becomes behind a script; "" where there is none.
func (k Kind) fields() (module, global string) {
	switch k {
	case ESModule:
		return "esModule", ""
	case CommonJS:
		return "commonJsModule", ""
	case Python:
		return "pythonModule", ""
	case Text:
		return "text", "text"
	case Data:
		return "data", "data"
	case Wasm:
		return "wasm", "wasmModule"
	case JSON:
		return "json", "json"
	case ServiceWorker:
		return "", ""
	default:
		return "", ""
	}
}

// modules writes the code.
func (w *writer) modules(worker Worker) error {
	entry := worker.Modules[0]
	if entry.Kind == ServiceWorker {
		content, err := entry.read()
		if err != nil {
			return err
		}
		w.line("serviceWorkerScript = %s,", w.embed(content))
		return nil
	}
	var err error
	w.block("modules = [", "],", func() {
		for _, m := range worker.Modules {
			var content []byte
			if content, err = m.read(); err != nil {
				return
			}
			field, _ := m.Kind.fields()
			if field == "" {
				err = fmt.Errorf("the module %q of the Worker %q cannot be a %s here", m.Name, worker.Name, m.Kind)
				return
			}
			w.line("(name = %s, %s = %s),", quote(m.Name), field, w.embed(content))
		}
	})
	return err
}

// read gives the module's bytes.
func (m Module) read() ([]byte, error) {
	if m.Content != nil || m.Path == "" {
		return m.Content, nil
	}
	b, err := os.ReadFile(m.Path)
	if err != nil {
		return nil, fmt.Errorf("read the module %q: %w", m.Name, err)
	}
	return b, nil
}

// bindings writes the Worker's environment.
func (w *writer) bindings(worker Worker) error {
	for _, v := range worker.Vars {
		if v.JSON != nil {
			w.line("(name = %s, json = %s),", quote(v.Name), quote(string(v.JSON)))
		} else {
			w.line("(name = %s, text = %s),", quote(v.Name), quote(v.Text))
		}
	}
	for _, db := range worker.D1 {
		service := worker.databaseService(db)
		if slices.Contains(worker.CompatibilityFlags, jsrpcFlag) {
			service = worker.shimService(db)
		}
		w.line(`(name = %s, wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = %s)])),`,
			quote(db.Binding), quote(service))
	}
	for _, s := range worker.Services {
		w.line("(name = %s, service = (name = %s%s%s)),", quote(s.Binding), quote(s.Worker), optional("entrypoint", s.Entrypoint), props(s.Props))
	}
	for _, o := range worker.Objects {
		w.line("(name = %s, durableObjectNamespace = (className = %s%s)),", quote(o.Binding), quote(o.Class), optional("serviceName", o.Worker))
	}
	if worker.Modules[0].Kind != ServiceWorker {
		return nil
	}
	for _, m := range worker.Modules[1:] {
		content, err := m.read()
		if err != nil {
			return err
		}
		_, field := m.Kind.fields()
		if field == "" {
			return fmt.Errorf("the module %q of the Worker %q, a script, cannot be a %s", m.Name, worker.Name, m.Kind)
		}
		w.line("(name = %s, %s = %s),", quote(m.Name), field, w.embed(content))
	}
	return nil
}

func optional(field, value string) string {
	if value == "" {
		return ""
	}
	return ", " + field + " = " + quote(value)
}

func props(json []byte) string {
	if len(json) == 0 {
		return ""
	}
	return ", props = (json = " + quote(string(json)) + ")"
}

// classes writes the Durable Objects that the Worker exports.
func (w *writer) classes(worker Worker) {
	if !hasClasses(worker) {
		return
	}
	w.block("durableObjectNamespaces = [", "],", func() {
		for _, c := range worker.Classes {
			key := c.UniqueKey
			if key == "" {
				key = worker.Name + "-" + c.Class
			}
			w.line("(className = %s, uniqueKey = %s, enableSql = %t),", quote(c.Class), quote(key), c.SQL)
		}
	})
	w.line("durableObjectStorage = (localDisk = %s),", quote(objects))
}

func (worker Worker) databaseService(db D1) string { return "d1:" + worker.Name + ":" + db.Binding }
func (worker Worker) shimService(db D1) string     { return "d1-rpc:" + worker.Name + ":" + db.Binding }

// database writes the server of a database and, where the Worker's binding
// speaks RPC, the shim in front of it.
func (w *writer) database(worker Worker, db D1) {
	w.block(fmt.Sprintf("(name = %s, external = (address = %s, http = (injectRequestHeaders = [",
		quote(worker.databaseService(db)), quote(db.Address)), "]))),", func() {
		for _, h := range db.Headers {
			w.line("(name = %s, value = %s),", quote(h.Name), quote(h.Value))
		}
	})
	if slices.Contains(worker.CompatibilityFlags, jsrpcFlag) {
		w.block(fmt.Sprintf("(name = %s, worker = (", quote(worker.shimService(db))), ")),", func() {
			w.line("modules = [(name = \"shim.js\", esModule = %s)],", w.embed(shim))
			w.line("compatibilityDate = %s,", quote(helperDate))
			w.line("bindings = [(name = \"server\", service = %s)],", quote(worker.databaseService(db)))
		})
	}
}

// stubs writes a Worker for every one that is bound and not there.
func (w *writer) stubs(c Config) {
	known := map[string]bool{}
	for _, worker := range c.Workers {
		known[worker.Name] = true
	}
	for _, worker := range c.Workers {
		for _, s := range worker.Services {
			if known[s.Worker] {
				continue
			}
			known[s.Worker] = true
			text := fmt.Sprintf("The Worker %q does not run here.\n", s.Worker)
			w.block(fmt.Sprintf("(name = %s, worker = (", quote(s.Worker)), ")),", func() {
				w.line("modules = [(name = \"stub.js\", esModule = %s)],", quote(fmt.Sprintf(stub, text)))
				w.line("compatibilityDate = %s,", quote(helperDate))
			})
		}
	}
}

// network writes the way to the outside, this machine included: a Worker under
// development talks to servers under development.
func (w *writer) network(extraCAs [][]byte) {
	w.block(fmt.Sprintf(`(name = %s, network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true, trustedCertificates = [`,
		quote(internet)), "]))),", func() {
		for _, ca := range extraCAs {
			w.line("%s,", w.embed(ca))
		}
	})
}

// certificates splits a file of certificates, which may hold many.
func certificates(path string) ([][]byte, error) {
	if path == "" {
		return nil, nil
	}
	rest, err := os.ReadFile(path) //nolint:gosec // the user's own setting
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return all, nil
		}
		if block.Type == "CERTIFICATE" {
			all = append(all, pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes}))
		}
	}
}

// writeGeneration writes a configuration and its files into a fresh folder.
func (w *writer) writeGeneration(dir string, write func(path string, data []byte) error) error {
	for name, content := range w.files {
		if err := write(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	return write(filepath.Join(dir, configFile), []byte(w.text.String()))
}
