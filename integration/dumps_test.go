package integration_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/integration"
	"github.com/dione-db/dione/internal/worker/runtime"
)

// dump is a file of SQL as people have them, and what is known of it.
type dump struct {
	name   string
	files  []string
	counts map[string]int
	// queries give the same here and there; those over every table are made.
	queries []string
}

// dumps are the synthetic one and, where the folder is at hand, real ones. The
// variable DIONE_SHARED_DATA names the folder.
func dumps(t *testing.T) []dump {
	t.Helper()
	path := filepath.Join(t.TempDir(), "synthetic.sql")
	text, counts := syntheticDump()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list := []dump{{name: "synthetic", files: []string{path}, counts: counts, queries: []string{
		"SELECT c.name, count(*), sum(o.total) FROM customer c JOIN \"order\" o ON o.customer = c.id GROUP BY c.id ORDER BY 3 DESC, 1 LIMIT 10",
		"SELECT name, hex(photo), note FROM customer WHERE note LIKE '%;%' ORDER BY id LIMIT 20",
		"SELECT * FROM spent ORDER BY customer LIMIT 10", "SELECT title FROM search WHERE search MATCH 'line' ORDER BY rank, rowid LIMIT 5", "SELECT count(*) FROM log",
	}}}
	dir := os.Getenv("DIONE_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Logf("no real dumps: %v", err)
		return list
	}
	return append(list, dump{
		name: "northwind", files: []string{filepath.Join(dir, "northwind-schema.sql"), filepath.Join(dir, "northwind-data.sql")},
		counts: map[string]int{
			"Employee": 9, "Category": 8, "Customer": 91, "Order": 830, "OrderDetail": 2155, "Product": 77, "Region": 4, "Shipper": 3,
			"Supplier": 29, "Territory": 53, "EmployeeTerritory": 49, "ProductDetails_V": 77,
		},
		queries: []string{
			"SELECT c.CompanyName, count(*), sum(d.UnitPrice * d.Quantity * (1 - d.Discount)) AS v FROM Customer c JOIN [Order] o ON o.CustomerId = c.Id JOIN OrderDetail d ON d.OrderId = o.Id GROUP BY c.Id ORDER BY v DESC LIMIT 10",
			"SELECT Id, ProductName, CategoryName, SupplierName FROM ProductDetails_V ORDER BY Id LIMIT 20",
			"SELECT e.LastName, m.LastName FROM Employee e LEFT JOIN Employee m ON m.Id = e.ReportsTo ORDER BY e.Id",
			"SELECT strftime('%Y-%m', OrderDate) AS m, count(*), sum(Freight) FROM \"Order\" GROUP BY m ORDER BY m",
		},
	}, dump{
		name: "chinook", files: []string{filepath.Join(dir, "chinook.sql")},
		counts: map[string]int{
			"Album": 347, "Artist": 275, "Customer": 59, "Employee": 8, "Genre": 25, "Invoice": 412, "InvoiceLine": 2240, "MediaType": 5,
			"Playlist": 18, "PlaylistTrack": 8715, "Track": 3503,
		},
		queries: []string{
			"SELECT g.Name, count(*), sum(l.UnitPrice * l.Quantity) FROM InvoiceLine l JOIN Track t USING (TrackId) JOIN Genre g USING (GenreId) GROUP BY g.GenreId ORDER BY 3 DESC, 1",
			"SELECT ar.Name, count(DISTINCT al.AlbumId) FROM Artist ar JOIN Album al USING (ArtistId) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
			"SELECT Name, Composer FROM Track WHERE Name LIKE '%''%' ORDER BY TrackId LIMIT 20",
			"SELECT BillingCountry, sum(Total) FROM Invoice GROUP BY 1 ORDER BY 2 DESC, 1",
			"SELECT count(*) FROM pragma_foreign_key_check",
		},
	})
}

// syntheticDump writes what dumps are made of: statements over many lines and
// many rows, quotes and semicolons where they mislead, blobs, comments, every
// kind of object.
func syntheticDump() (string, map[string]int) {
	var b strings.Builder
	b.WriteString("\ufeff-- A dump; made by a program.\r\nPRAGMA foreign_keys=off;\n/* tables; first */\nDROP TABLE IF EXISTS \"order\";\n" +
		"CREATE TABLE customer(\n  id INTEGER PRIMARY KEY, -- the key; really\n  name TEXT NOT NULL DEFAULT 'it''s; fine',\n  photo BLOB,\n  note TEXT\n);\n" +
		"CREATE TABLE IF NOT EXISTS [line](\"order\" INTEGER NOT NULL REFERENCES \"order\"(id), n INTEGER, what TEXT, PRIMARY KEY (\"order\", n)) WITHOUT ROWID;\n" +
		"CREATE TABLE \"order\"(id INTEGER PRIMARY KEY AUTOINCREMENT, customer INTEGER REFERENCES customer(id), total NUMERIC(10,2));\n" +
		"CREATE TABLE log(what);\nCREATE VIRTUAL TABLE search USING fts5(title);\n")
	counts := map[string]int{"customer": 300, "line": 900, "order": 450, "log": 0, "search": 100}
	b.WriteString("INSERT INTO [line](\"order\", n, what) VALUES\n")
	for i := range counts["line"] { // before the orders they belong to
		fmt.Fprintf(&b, "  (%d, %d, 'line; %d')%s\n", i/2+1, i%2, i, sep(i, counts["line"]))
	}
	for i := range counts["customer"] {
		fmt.Fprintf(&b, "INSERT INTO customer VALUES(%d,'Ünï😀 \"%d\" -- O''Brien',X'%04X00FF','first; /* line */\nsecond ''%d''');\n", i+1, i, i, i)
	}
	b.WriteString("INSERT INTO \"order\"(customer, total) VALUES")
	for i := range counts["order"] {
		fmt.Fprintf(&b, "(%d,%d.%02d)%s", i%300+1, i*7%1000, i%100, sep(i, counts["order"]))
	}
	b.WriteString("\nINSERT INTO search(title) VALUES ")
	for i := range counts["search"] {
		fmt.Fprintf(&b, "('line %d of %s')%s", i, strings.Repeat("text ", i%5), sep(i, counts["search"]))
	}
	b.WriteString("\nCREATE INDEX line_what ON line(what);\nCREATE VIEW spent AS SELECT customer, sum(total) AS total FROM \"order\" GROUP BY customer;\n" +
		"CREATE TRIGGER note AFTER INSERT ON \"order\" WHEN new.total > 1e6 BEGIN\n  INSERT INTO log VALUES ('big; order');\n  DELETE FROM log WHERE what = 'END;';\nEND;\n" +
		"-- the end; without a line break")
	return b.String(), counts
}

func sep(i, n int) string {
	if i == n-1 {
		return ";"
	}
	return ","
}

// TestDumps loads dumps with the program, reads them from a Worker, and holds
// every table against the reference, which ran the same statements.
func TestDumps(t *testing.T) {
	reference, _ := startReference(t)
	data := filepath.Join(t.TempDir(), "data")
	list := dumps(t)
	for _, d := range list {
		runDione(t, data, "d1", "create", d.name)
		for _, file := range d.files {
			path, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			runDione(t, data, "d1", "execute", d.name, "--file", path)
		}
	}
	n := openNode(t, data, "127.0.0.1:0")
	defer n.close(t)
	worker := runtime.Worker{Name: "query", Modules: []runtime.Module{{Name: "query.js", Kind: runtime.ESModule, Path: filepath.Join("testdata", "query.js")}}}
	for _, d := range list {
		db, err := n.Service().Database(t.Context(), d.name)
		if err != nil {
			t.Fatal(err)
		}
		worker.D1 = append(worker.D1, runtime.D1{Binding: d.name, Address: n.BindingAddress(), Headers: injected(n.headers(db.ID))})
	}
	address := startWorker(t, worker)
	for _, d := range list {
		t.Run(d.name, func(t *testing.T) {
			fill(t, reference, d)
			for table, want := range d.counts {
				d.queries = append(d.queries, fmt.Sprintf("SELECT * FROM %q ORDER BY 1", table))
				sql := fmt.Sprintf("SELECT count(*) FROM %q", table)
				if got := workerRows(t, address, d.name, sql); got != fmt.Sprintf("[[%d]]", want) {
					t.Errorf("%s gives %s, want %d", sql, got, want)
				}
			}
			for _, sql := range append(d.queries, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name") {
				theirs, err := reference.ask(d.name, integration.One(sql))
				if err != nil || theirs.Failed() {
					t.Fatalf("%s: %v %v", sql, theirs, err)
				}
				if got := workerRows(t, address, d.name, sql); got != theirs.Outcomes[0].Rows {
					t.Errorf("%s gives\n%.500s\nwant\n%.500s", sql, got, theirs.Outcomes[0].Rows)
				}
			}
		})
	}
}

// fill runs the statements of a dump on the reference, all of a file in one transaction.
func fill(t *testing.T, reference *target, d dump) {
	t.Helper()
	for _, file := range d.files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		statements := splitStatements(strings.TrimPrefix(string(text), "\ufeff"))
		// The reference has no import, which would keep the keys quiet until its end.
		req := integration.Batch(append([]string{"PRAGMA defer_foreign_keys = on"}, statements...)...)
		answer, err := reference.ask(d.name, req)
		if err != nil || answer.Failed() {
			t.Fatalf("%s: %v %v", file, answer, err)
		}
	}
}

// splitStatements cuts a dump where a statement ends: simply, for dumps whose
// triggers end in a line of their own.
func splitStatements(text string) []string {
	var (
		list  []string
		start int
		quote byte
	)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			quote = ']'
		case c == '-' && strings.HasPrefix(text[i:], "--"):
			i += max(0, strings.IndexByte(text[i:]+"\n", '\n')-1)
		case c == '/' && strings.HasPrefix(text[i:], "/*"):
			i += strings.Index(text[i:], "*/") + 1
		case c == ';':
			if s := text[start:i]; !strings.Contains(s, "CREATE TRIGGER") || strings.HasSuffix(s, "\nEND") {
				list = append(list, s)
				start = i + 1
			}
		}
	}
	return append(list, text[start:])
}

// workerRows asks the Worker and gives the rows as JSON.
func workerRows(t *testing.T, address, database, sql string) string {
	t.Helper()
	var rows json.RawMessage
	if err := json.Unmarshal(get(t, address+"/?db="+database+"&sql="+url.QueryEscape(sql)), &rows); err != nil {
		t.Fatal(err)
	}
	return string(rows)
}

// TestDumpWithAnError loads dumps that cannot be loaded whole, of which then nothing may stay.
func TestDumpWithAnError(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	runDione(t, data, "d1", "create", "db")
	program, err := exampleProgram()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, sql, want string }{
		{"a transaction", "CREATE TABLE a(x);\nBEGIN TRANSACTION;\nINSERT INTO a VALUES (1);\nCOMMIT;\n", "dump.sql:2: statement 2: To execute a transaction"},
		{"a constraint", "CREATE TABLE b(x UNIQUE);\nINSERT INTO b VALUES (1);\n\nINSERT INTO b\nVALUES (1);\n", "dump.sql:4: statement 3: UNIQUE constraint failed: b.x"},
		{"a broken statement", "CREATE TABLE c(x);\nINSERT INTO c VALUES ('open\n", "dump.sql:2: statement 2: unrecognized token"},
		{"a broken key", "CREATE TABLE p(x INTEGER PRIMARY KEY);\nCREATE TABLE k(x REFERENCES p(x));\nINSERT INTO k VALUES (5);\n", "FOREIGN KEY constraint failed"},
		{"a statement that is too long", "CREATE TABLE d(x);\nINSERT INTO d VALUES ('" + strings.Repeat("x", 100_001) + "');\n", "dump.sql:2: statement 2: statement too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "dump.sql")
			if err := os.WriteFile(file, []byte(c.sql), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(program, "d1", "execute", "db", "--data", data, "--file", file).CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.want) {
				t.Errorf("it ends with %v and says\n%s\nwant %q", err, out, c.want)
			}
			out, err = exec.Command(program, "d1", "execute", "db", "--data", data, "--json", "--command", "SELECT count(*) AS n FROM sqlite_schema").CombinedOutput()
			if err != nil || !strings.Contains(strings.Join(strings.Fields(string(out)), ""), `"n":0`) {
				t.Errorf("something stayed: %v\n%s", err, out)
			}
		})
	}
}
