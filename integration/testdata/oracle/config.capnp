using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "oracle", worker = .oracle),
    (name = "store", disk = (path = "store", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "oracle")],
);

const oracle :Workerd.Worker = (
  modules = [
    (name = "oracle.js", esModule = embed "oracle.js"),
    (name = "d1.js", bundled = "/workerd/d1.js"),
  ],
  compatibilityDate = "2026-08-01",
  durableObjectNamespaces = [
    (className = "D1Database", uniqueKey = "d1", enableSql = true, preventEviction = true),
    (className = "Raw", uniqueKey = "raw", enableSql = true, preventEviction = true),
  ],
  durableObjectStorage = (localDisk = "store"),
  bindings = [
    (name = "DATABASE", durableObjectNamespace = "D1Database"),
    (name = "RAW", durableObjectNamespace = "Raw"),
  ],
);
