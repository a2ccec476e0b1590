package runtime

import "encoding/json"

// Config is what runs: one Worker that answers requests, and those it calls.
type Config struct {
	// Workers are all Workers, the one that answers requests first. Their names
	// are distinct.
	Workers []Worker
	// StorageDir keeps what Durable Objects store. It is needed when a Worker
	// has classes, made when it is missing, and never emptied.
	StorageDir string
}

// Worker is one Worker as wrangler's configuration describes it.
type Worker struct {
	// Name is how service bindings refer to it; "worker" when empty.
	Name string
	// Modules has the entry first. A [ServiceWorker] entry makes globals of the
	// modules after it.
	Modules []Module
	// CompatibilityDate is YYYY-MM-DD. Empty means the newest that workerd has;
	// a later one than that is lowered with a warning.
	CompatibilityDate string
	// CompatibilityFlags are passed on; d1_binding_jsrpc puts the translator of
	// that protocol in front of the databases.
	CompatibilityFlags []string
	// Vars are texts, JSON values, and secrets.
	Vars []Var
	// D1 are the databases.
	D1 []D1
	// Services are bindings to Workers of the same Config.
	Services []ServiceBinding
	// Objects are bindings to classes of Durable Objects, Classes the classes
	// that this Worker itself exports.
	Objects []ObjectBinding
	Classes []ObjectClass
}

// Kind is what a module is, in wrangler's words.
type Kind string

// The kinds that workerd runs.
const (
	ESModule      Kind = "ESModule"
	CommonJS      Kind = "CommonJS"
	ServiceWorker Kind = "ServiceWorker"
	Text          Kind = "Text"
	Data          Kind = "Data"
	Wasm          Kind = "CompiledWasm"
	JSON          Kind = "JSON"
	Python        Kind = "PythonModule"
)

// Module is one file of a Worker.
type Module struct {
	// Name is what other modules import.
	Name string
	Kind Kind
	// Content is the module; where it is nil, the file at Path is.
	Content []byte
	Path    string
}

// Var is a value in the environment of a Worker.
type Var struct {
	Name string
	// Text is any bytes without a zero; it counts when JSON is nil.
	Text string
	JSON json.RawMessage
}

// D1 binds a database that a server of the D1 binding's protocol has.
type D1 struct {
	// Binding is the name in the Worker's environment.
	Binding string
	// Address is host:port or unix:/path.
	Address string
	// Headers come with every request, to say which database and who asks.
	Headers []Header
}

// Header is one header that is added to requests.
type Header struct {
	Name, Value string
}

// ServiceBinding binds a Worker. One that is not in the Config answers every
// request with 503 and says so.
type ServiceBinding struct {
	Binding string
	// Worker is its name; Entrypoint a class it exports, empty for the default.
	Worker, Entrypoint string
	// Props is what the Worker finds in ctx.props; nil for nothing.
	Props json.RawMessage
}

// ObjectBinding binds a class of Durable Objects.
type ObjectBinding struct {
	Binding, Class string
	// Worker exports the class; empty means the Worker itself.
	Worker string
}

// ObjectClass is a class of Durable Objects that a Worker exports.
type ObjectClass struct {
	Class string
	// UniqueKey names the storage; empty means WORKER-CLASS. Another key is
	// another, empty storage.
	UniqueKey string
	// SQL allows storage.sql.
	SQL bool
}
