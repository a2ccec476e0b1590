package cli

// commands is the table of everything the program can do, in the order of the
// help page.
func commands() []command {
	return append(topCommands(), d1Commands()...)
}

func topCommands() []command {
	return []command{
		{
			path: "dev", args: "[folder]...", max: -1, setup: setupDev,
			summary: "run a Worker with its databases, and again on every change",
			details: `Reads the wrangler file of the folder (default: the current one), makes the D1
databases it names where they are missing, bundles the Worker, runs it on
workerd and says its address. A change of a source, of the wrangler file or of
.dev.vars is in effect within half a second. Migrations are never applied
unasked: see "dione d1 migrations apply --help".

With several folders their Workers run side by side and reach each other by
their services bindings; the first one answers at the address.

workerd is fetched once, by version and hash, from the npm registry that npm is
configured for.`,
			examples: []example{
				{"dione dev", "the Worker of the current folder, at http://127.0.0.1:8787"},
				{"dione dev ./shop --port 0 --env staging", "another folder, any free port, one of its environments"},
				{"dione dev --var GREETING:hello --data ./.data", "with a variable, and databases of its own"},
			},
		},
		{
			path: "serve", setup: setupServe,
			summary: "serve the databases to a workerd, miniflare or wrangler of your own",
			details: `Opens the data folder and answers the D1 bindings of Workers that somebody else
runs, until it gets SIGINT or SIGTERM. "dione binding" prints what their
configuration needs.`,
			examples: []example{
				{"dione serve", "on a free port, which is printed"},
				{"dione serve --data ./data --binding-listen 127.0.0.1:9199", "on a fixed port"},
				{"dione serve --binding-listen unix:/tmp/d1.sock", "on a Unix socket"},
			},
		},
		{
			path: "binding", args: "<database>", min: 1, max: 1, setup: setupBinding,
			summary: "print what a Worker's D1 binding needs to reach a database",
			details: `Prints, as JSON, the address of the running "dione serve" (or that of --address)
and the headers to inject into every request. The headers open this one
database and no other.`,
			examples: []example{
				{"dione binding my-db", "for the node that runs now"},
				{"dione binding my-db --create --address 127.0.0.1:9199", "make the database if needed; the address is known"},
				{"dione binding my-db --capnp", "the service and the binding for a workerd configuration"},
			},
		},
		{path: "d1", summary: "manage and query databases, as \"wrangler d1\" does"},
		{
			path: "version", setup: setupVersion,
			summary:  "print the version",
			examples: []example{{"dione version", "one line"}},
		},
		{
			path: "help", args: "[command]", max: -1, setup: setupHelp,
			summary:  "show how a command is used",
			examples: []example{{"dione help d1 execute", "the same as dione d1 execute --help"}},
		},
	}
}

func d1Commands() []command {
	return []command{
		{
			path: "d1 create", args: "<name>", min: 1, max: 1, setup: setupCreate,
			summary: "make a database",
			details: `Prints the id of the new database and the block for the wrangler file.`,
			examples: []example{
				{"dione d1 create my-db", "with the block to copy"},
				{"dione d1 create my-db --json", "for programs"},
			},
		},
		{
			path: "d1 list", setup: setupList,
			summary:  "list the databases, the newest first",
			examples: []example{{"dione d1 list", "as a table"}, {"dione d1 list --json", "for programs"}},
		},
		{
			path: "d1 info", args: "<database>", min: 1, max: 1, setup: setupInfo,
			summary:  "show the size and the tables of a database",
			details:  databaseArgument,
			examples: []example{{"dione d1 info my-db", "as a table"}, {"dione d1 info DB --json", "by its binding, for programs"}},
		},
		{
			path: "d1 delete", args: "<database>", min: 1, max: 1, setup: setupDelete,
			summary: "delete a database and all that is in it",
			details: databaseArgument + ` Asks first; where nobody can be
asked, only --skip-confirmation deletes.`,
			examples: []example{{"dione d1 delete my-db", "asks"}, {"dione d1 delete my-db -y", "does not ask"}},
		},
		{
			path: "d1 execute", args: "<database>", min: 1, max: 1, setup: setupExecute,
			summary: "run SQL",
			details: databaseArgument + ` The database of a binding is
made when it is missing. All statements run in one transaction: an error
leaves nothing behind, and names the statement and its line.`,
			examples: []example{
				{`dione d1 execute my-db --command "SELECT * FROM customers"`, "a query"},
				{"dione d1 execute DB --file ./schema.sql", "a file, for the database of a binding"},
				{`dione d1 execute my-db --json --command "SELECT 1"`, "for programs"},
				{"zcat dump.sql.gz | dione d1 execute my-db --file -", "what another program writes"},
			},
		},
		{path: "d1 migrations", summary: "change the schema of a database step by step"},
		{
			path: "d1 migrations create", args: "<database> <message>", min: 2, max: 2, setup: setupMigrationsCreate,
			summary:  "write an empty migration with the next number",
			examples: []example{{`dione d1 migrations create DB "add customers"`, "makes migrations/0001_add_customers.sql"}},
		},
		{
			path: "d1 migrations list", args: "<database>", min: 1, max: 1, setup: setupMigrationsList,
			summary:  "list the migrations that are not applied yet",
			examples: []example{{"dione d1 migrations list DB", "by binding, name or id"}},
		},
		{
			path: "d1 migrations apply", args: "<database>", min: 1, max: 1, setup: setupMigrationsApply,
			summary: "apply the migrations that are not applied yet",
			details: `Each migration and the note that it was applied are one transaction. The first
that fails is undone and named with its statement and line; those before it
stay applied, those after it wait.`,
			examples: []example{{"dione d1 migrations apply DB", "by binding, name or id"}},
		},
	}
}

// databaseArgument explains the argument that most commands have.
const databaseArgument = `<database> is a binding of the wrangler file, or the name or id of a database.`
