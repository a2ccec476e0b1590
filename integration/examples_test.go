package integration_test

import (
	"bufio"
	"cmp"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// exampleProgram builds the program once for all examples.
var exampleProgram = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs(filepath.Join("..", "bin", "dione"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", path, "./cmd/dione")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: "go build: " + string(out), Err: err}
	}
	return path, nil
})

// example is an example that runs, with a browser that keeps cookies.
type example struct {
	t      *testing.T
	url    string
	client *http.Client
}

// runDione runs a command to its end.
func runDione(t *testing.T, data string, args ...string) {
	t.Helper()
	program, err := exampleProgram()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "DIONE_DATA="+data)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("dione %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// address finds where the Worker answers in what "dione dev" prints.
var address = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)

// startExample runs "dione dev" on a folder until the test ends, and then
// expects it to stop cleanly.
func startExample(t *testing.T, data, dir string) *example {
	t.Helper()
	program, err := exampleProgram()
	if err != nil {
		t.Fatal(err)
	}
	var printed output
	out, in := io.Pipe()
	cmd := exec.Command(program, "dev", dir, "--port", "0")
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "DIONE_DATA="+data)
	cmd.Stdout, cmd.Stderr = in, &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	var reading sync.WaitGroup
	reading.Go(func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			io.WriteString(&printed, lines.Text()+"\n")
			if u := address.FindString(lines.Text()); u != "" {
				select {
				case found <- u:
				default: // said before
				}
			}
		}
		close(found)
	})
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGINT)
		if err := cmd.Wait(); err != nil {
			t.Errorf("dione dev after SIGINT: %v", err)
		}
		in.Close()
		reading.Wait()
		if t.Failed() {
			t.Logf("dione dev said:\n%s", printed.String())
		}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	t.Cleanup(client.CloseIdleConnections)
	select {
	case u, ok := <-found:
		if !ok {
			t.Fatal("dione dev ended without an address")
		}
		return &example{t: t, url: u, client: client}
	case <-time.After(startupTime):
		t.Fatal("dione dev did not say an address")
		return nil
	}
}

// reply is what came back, read to its end.
type reply struct {
	status int
	header http.Header
	text   string
}

// do sends one request; headers are names and values in turn.
func (e *example) do(method, path, body string, headers ...string) reply {
	e.t.Helper()
	req, err := http.NewRequest(method, e.url+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := e.client.Do(req)
	if err != nil {
		e.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		e.t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

func TestExampleCustomers(t *testing.T) {
	data := t.TempDir()
	runDione(t, data, "d1", "create", "customers")
	runDione(t, data, "d1", "execute", "customers", "--file", "examples/customers-js/schema.sql")
	checkAPI(startExample(t, data, "examples/customers-js"), "")
}

// checkAPI walks through the small API that both examples have, on a fresh table.
func checkAPI(e *example, prefix string) {
	const bookmark = `"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}"`
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string // a pattern for the whole body
	}{
		{"GET", "/customers", "", 200, `\{"success":true,"results":\[\{"CustomerId":1,"CompanyName":"Alfreds Futterkiste","ContactName":"Maria Anders"\},.*` +
			`"rows_read":4,"rows_written":0.*\}`},
		{"GET", "/customers/4", "", 200, `\{"CustomerId":4,"CompanyName":"Around the Horn","ContactName":"Thomas Hardy"\}`},
		{"GET", "/customers/5", "", 404, `\{"error":"no such customer"\}`},
		{"GET", "/customers/4/ContactName", "", 200, `\{"ContactName":"Thomas Hardy"\}`},
		{"GET", "/customers/4/Nope", "", 500, `\{"error":"D1_COLUMN_NOTFOUND: Column not found \(Nope\)","cause":"Column not found"\}`},
		{"GET", "/companies/Bs%20Beverages", "", 200, `\[\{"CustomerId":11,.*\},\{"CustomerId":13,.*"Random Name"\}\]`},
		{"GET", "/raw", "", 200, `\[\["Alfreds Futterkiste","Maria Anders"\],(\[.*\],){2}\[.*\]\]`},
		{"GET", "/raw?names", "", 200, `\[\["CompanyName","ContactName"\],(\[.*\],){3}\[.*\]\]`},
		{"GET", "/types", "", 200, `\{"number":"real","text":"text","boolean":"real","none":"null","bytes":"blob","cell":\[0,127,255\]\}`},
		{"POST", "/customers", `{"company":"New","contact":"Somebody"}`, 201, `\{"id":14,"changes":1\}`},
		{"POST", "/customers", `{"company":1}`, 400, `\{"error":"the body needs the texts .*\}`},
		{"POST", "/customers", `{`, 400, `\{"error":"the body is no JSON: .*\}`},
		{"DELETE", "/customers/14", "", 200, `\{"changes":1\}`},
		{"DELETE", "/customers/14", "", 404, `\{"error":"no such customer"\}`},
		{"POST", "/batch", "", 200, `\{"ids":\[14,15\],"total":6\}`},
		{"POST", "/batch/failing", "", 200, `\{"error":"D1_ERROR: UNIQUE constraint failed: Customers.CustomerId: SQLITE_CONSTRAINT ` +
			`\(extended: SQLITE_CONSTRAINT_PRIMARYKEY\)","before":6,"after":6\}`},
		{"POST", "/exec", "", 200, `\{"count":2,"duration":[0-9.]+\}`},
		{"GET", "/session", "", 200, `\{"started":null,"bookmark":` + bookmark + `,"total":6,"primary":true\}`},
		{"GET", "/session?bookmark=no-bookmark", "", 200, `\{"started":"no-bookmark","bookmark":"[0-9a-z-]+","total":6,"primary":true\}`},
		{"POST", "/session", "", 200, `\{"bookmark":` + bookmark + `,"row":\{"CustomerId":16,.*\},"grew":true\}`},
		{"GET", "/session/batch", "", 200, `\{"customers":7,"companies":3,"bookmark":` + bookmark + `\}`},
		{"GET", "/errors/table", "", 200, `\{"name":"Error","message":"D1_ERROR: no such table: Nowhere: SQLITE_ERROR","cause":"no such table: Nowhere: SQLITE_ERROR"\}`},
		{"GET", "/errors/type", "", 200, `\{"name":"Error","message":"D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'",.*\}`},
		{"GET", "/errors/column", "", 200, `\{"name":"Error","message":"D1_COLUMN_NOTFOUND: Column not found \(two\)","cause":"Column not found"\}`},
		{"GET", "/dump", "", 200, `\{"name":"Error","message":"D1_DUMP_ERROR: Status \+ 404".*\}`},
		{"GET", "/nowhere", "", 404, `\{"error":"no route .*\}`},
	} {
		got := e.do(c.method, prefix+c.path, c.body)
		if got.status != c.status || !regexp.MustCompile(`^`+c.want+`$`).MatchString(got.text) {
			e.t.Errorf("%s %s gave %d %s\nwant %d %s", c.method, c.path, got.status, got.text, c.status, c.want)
		}
	}
	got := e.do("GET", cmp.Or(prefix, "/"), "")
	if n := strings.Count(got.text, prefix+"/"); got.status != 200 || n < 15 {
		e.t.Errorf("the index has %d routes: %d %s", n, got.status, got.text)
	}
}

func TestExampleShop(t *testing.T) {
	data := t.TempDir()
	runDione(t, data, "d1", "migrations", "apply", "shop", "--cwd", "examples/shop-ts")
	e := startExample(t, data, "examples/shop-ts")
	// The shop runs: its data is loaded through the process that has the folder.
	if got := e.do("GET", "/", ""); !strings.Contains(got.text, "The shop is empty") {
		t.Errorf("the empty shop shows %s", got.text)
	}
	runDione(t, data, "d1", "execute", "shop", "--file", "examples/shop-ts/seed.sql")
	checkAPI(e, "/api")
	checkPages(e)
	checkOrders(e)
	checkShipping(e)
}

// checkPages looks for what a visitor looks for.
func checkPages(e *example) {
	for _, c := range []struct {
		path   string
		status int
		want   []string
	}{
		{"/", 200, []string{"$39,105.44", "124", "Revenue by month", "Best sellers", "Smoked Salmon", "4 statements", "rows read", "served by dione", "Session bookmark"}},
		{"/orders?before=nonsense", 200, []string{"#20124", "Older orders"}},
		{"/orders?show=open", 200, []string{"To ship"}},
		{"/orders/20120", 200, []string{"Almond Stollen", "$230.10", "$249.68", "Lighthouse Corner Shop"}},
		{"/orders/1", 404, []string{"There is no such order."}},
		{"/customers", 200, []string{"Bridge Café", "More customers"}},
		{"/customers/NORGY", 200, []string{"North Street Grocery", "Ada Example"}},
		{"/customers/%25", 404, []string{"There is no such customer."}},
		{"/products", 200, []string{"40 products", "Fruit &amp; Nuts"}},
		{"/products?category=6", 200, []string{"4 products", "Blue Cheese"}},
		{"/products?q=TEA", 200, []string{"3 products"}},
		{"/products?q=%25", 200, []string{"1 product with", "Dark Chocolate 85 %"}},
		{"/products/4", 200, []string{"Mountain Coffee, whole beans", "Example Tea Traders"}},
		{"/search?q=caf%C3%A9", 200, []string{"Market Square Café"}},
		{"/search?q=%3Cscript%3E'%22", 200, []string{"&lt;script&gt;&#39;&quot;", "Nothing has that in its name."}},
		{"/search?q=" + strings.Repeat("long", 50), 200, []string{"Nothing has that in its name."}},
		{"/search", 200, []string{"Type a part of"}},
		{"/customers/%E0%A4", 404, []string{"There is no such customer."}},
		{"/nowhere", 404, []string{"There is no such page."}},
	} {
		got := e.do("GET", c.path, "")
		if got.status != c.status {
			e.t.Errorf("GET %s gave status %d, want %d", c.path, got.status, c.status)
		}
		for _, want := range c.want {
			if !strings.Contains(got.text, want) {
				e.t.Errorf("GET %s does not show %q:\n%s", c.path, want, got.text)
			}
		}
		for _, bad := range []string{"<script", "undefined", "NaN", "[object"} {
			if strings.Contains(got.text, bad) {
				e.t.Errorf("GET %s shows %q:\n%s", c.path, bad, got.text)
			}
		}
		if policy := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
			e.t.Errorf("GET %s has the content security policy %q", c.path, policy)
		}
	}
	if got := e.do("GET", "/style.css", ""); got.header.Get("Content-Type") != "text/css;charset=utf-8" || !strings.Contains(got.text, "--accent") {
		e.t.Errorf("the style sheet is %s", got.text)
	}
	if got := e.do("HEAD", "/orders", ""); got.status != 200 || got.text != "" {
		e.t.Errorf("HEAD /orders gave %d and %q", got.status, got.text)
	}
}

// checkOrders turns the pages to the last one: every order comes once.
func checkOrders(e *example) {
	number := regexp.MustCompile(`href="/orders/([0-9]+)"`)
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	seen := map[string]bool{}
	pages := 0
	for path := "/orders"; path != ""; pages++ {
		text := e.do("GET", path, "").text
		for _, m := range number.FindAllStringSubmatch(text, -1) {
			if seen[m[1]] {
				e.t.Fatalf("order %s is on two pages", m[1])
			}
			seen[m[1]] = true
		}
		m := next.FindStringSubmatch(text)
		if m == nil || pages > 20 {
			break
		}
		path = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if len(seen) != 124 {
		e.t.Errorf("the pages show %d orders, want 124", len(seen))
	}
}

// checkShipping changes an order and sees the change on the next page.
func checkShipping(e *example) {
	m := regexp.MustCompile(`href="(/orders/[0-9]+)"`).FindStringSubmatch(e.do("GET", "/orders?show=open", "").text)
	if m == nil {
		e.t.Fatal("no order is open")
	}
	if got := e.do("POST", m[1]+"/ship", "", "Origin", "http://elsewhere.example"); got.status != http.StatusForbidden {
		e.t.Errorf("a form of another site gave status %d, want 403", got.status)
	}
	if got := e.do("GET", m[1], ""); !strings.Contains(got.text, "Mark as shipped") {
		e.t.Errorf("%s is shipped already", m[1])
	}
	got := e.do("POST", m[1]+"/ship", "", "Origin", e.url)
	if to := got.header.Get("Location"); got.status != http.StatusSeeOther || to != m[1] {
		e.t.Fatalf("shipping gave status %d to %q, want 303 to %q", got.status, to, m[1])
	}
	if u, _ := url.Parse(e.url); len(e.client.Jar.Cookies(u)) != 1 {
		e.t.Error("the bookmark is in no cookie")
	}
	if got := e.do("GET", m[1], ""); strings.Contains(got.text, "Mark as shipped") || !strings.Contains(got.text, ">Shipped<") {
		e.t.Errorf("the order is not shipped:\n%s", got.text)
	}
	if got := e.do("POST", "/orders/1/ship", ""); got.status != http.StatusNotFound {
		e.t.Errorf("shipping an unknown order gave status %d, want 404", got.status)
	}
	if got := e.do("GET", "/", "", "Cookie", "shop_bookmark=<garbage>"); got.status != http.StatusOK {
		e.t.Errorf("a cookie that is no bookmark gave status %d", got.status)
	}
}
