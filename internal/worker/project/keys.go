package project

// keyUse is what becomes of a key of wrangler's configuration.
type keyUse uint8

const (
	keyUnknown     keyUse = iota
	keyRead               // acted on
	keyRemote             // about Cloudflare's network or deploying: nothing to do here
	keyUnsupported        // a Worker may notice that it is missing: warned about
)

// keyPlace is where a key may stand and what an environment gets of it.
type keyPlace uint8

const (
	placeTop       keyPlace = iota // the top level alone; counts for every environment
	placeInherited                 // an environment's own value, else that of the top level
	placeOwn                       // an environment's own value alone
)

// key gives the place and the use of a key that wrangler knows.
func key(name string) (keyPlace, keyUse) {
	switch name {
	case "env", "dev", "alias":
		return placeTop, keyRead
	case "$schema", "send_metrics", "dependencies_instrumentation", "keep_vars", "addresses":
		return placeTop, keyRemote
	case "site", "wasm_modules", "text_blobs", "data_blobs", "pages_build_output_dir":
		return placeTop, keyUnsupported

	case "name", "main", "compatibility_date", "compatibility_flags", "jsx_factory", "jsx_fragment", "tsconfig",
		"rules", "find_additional_modules", "preserve_file_names", "base_dir", "triggers", "build", "migrations",
		"no_bundle", "minify", "keep_names":
		return placeInherited, keyRead
	case "account_id", "route", "routes", "workers_dev", "preview_urls", "limits", "placement", "logpush",
		"upload_source_maps", "observability", "access", "compliance_region", "first_party_worker", "previews", "logfwdr":
		return placeInherited, keyRemote
	case "assets", "exports", "cache", "python_modules":
		return placeInherited, keyUnsupported

	case "vars", "secrets", "define", "durable_objects", "d1_databases", "services":
		return placeOwn, keyRead
	case "kv_namespaces", "r2_buckets", "queues", "containers", "cloudchamber", "workflows", "send_email", "connect",
		"vectorize", "ai_search_namespaces", "ai_search", "agent_memory", "hyperdrive", "analytics_engine_datasets",
		"dispatch_namespaces", "mtls_certificates", "tail_consumers", "streaming_tail_consumers", "unsafe", "browser",
		"analytics", "ai", "images", "stream", "media", "pipelines", "k2", "secrets_store_secrets", "artifacts",
		"unsafe_hello_world", "flagship", "worker_loaders", "ratelimits", "vpc_services", "vpc_networks", "version_metadata":
		return placeOwn, keyUnsupported
	}
	return placeTop, keyUnknown
}

// checkKeys warns about the keys of a top level or of an environment that are
// not acted on.
func checkKeys(t table, env bool) {
	if t.node == nil {
		return
	}
	for _, f := range t.node.fields {
		place, use := key(f.name)
		switch {
		case f.name == "node_compat" || f.name == "legacy_env":
			t.r.warnf(f.offset, "%q is no longer a key of wrangler; ignored", t.name(f.name))
		case use == keyUnknown || env && place == placeTop:
			t.r.warnf(f.offset, "unknown key %q; ignored", t.name(f.name))
		case use == keyUnsupported && !emptyValue(f.value):
			t.r.warnf(f.offset, "%q is not supported yet; ignored", t.name(f.name))
		}
	}
}

// emptyValue says whether a value asks for nothing.
func emptyValue(n *node) bool {
	return n.kind == kindNull || (n.kind == kindArray || n.kind == kindTable) && len(n.items)+len(n.fields) == 0
}
