package sqlite_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// openElsewhere, when set, makes this test program open the database it names and say what came of it.
const openElsewhere = "DIONE_TEST_OPEN"

func TestMain(m *testing.M) {
	path := os.Getenv(openElsewhere)
	if path == "" {
		os.Exit(m.Run())
	}
	c, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare()})
	if err == nil {
		_, err = c.Query(context.Background(), []d1.Statement{{SQL: "SELECT 1"}}, d1.FormatArrays)
	}
	if err != nil {
		os.Stdout.WriteString(err.Error())
		os.Exit(3)
	}
}

func TestAnotherProcessIsKeptOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db.sqlite")
	c, err := sqlite.Open(path, sqlite.Options{Limits: d1.Cloudflare(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	try := func() string {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), openElsewhere+"="+path)
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	r, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	one(t, r, "SELECT 1")
	r.Close() // a POSIX lock would be gone now
	if got := try(); !strings.Contains(got, "another process has this database open") {
		t.Errorf("while open here: %q, want a refusal", got)
	}
	c.Close()
	if got := try(); got != "" {
		t.Errorf("once closed here: %q, want success", got)
	}
}

func TestConnectionsShareTwoDescriptors(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("descriptors are counted in /proc")
	}
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	before := count()
	c, reader := open(t)
	one(t, c, "CREATE TABLE u(a)")
	for range 8 {
		one(t, reader(), "SELECT * FROM u")
	}
	if got := count() - before; got != 2 {
		t.Errorf("one writer and eight readers hold %d descriptors, want 2", got)
	}
}

func TestFilesAreForTheirOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db.sqlite")
	c, err := sqlite.Open(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	one(t, c, "CREATE TABLE u(a)")
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(name), got)
		}
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tc := range []struct {
		name, path string
		kind       d1.Kind
		want       string
	}{
		{"missing", filepath.Join(dir, "nope"), d1.KindSQL, "unable to open database file: SQLITE_CANTOPEN"},
		{"folder", dir, d1.KindSQL, "unable to open database file"},
		{"text", write("text", bytes.Repeat([]byte("no database "), 1000)), d1.KindDamaged, "file is not a database: SQLITE_NOTADB"},
	} {
		c, err := sqlite.Open(tc.path, sqlite.Options{})
		if err == nil {
			c.Close()
		}
		if e := d1.AsError(err); e == nil || e.Kind != tc.kind || !strings.HasPrefix(e.Message, tc.want) {
			t.Errorf("%s: %v (kind %v), want %q", tc.name, err, d1.KindOf(err), tc.want)
		}
	}
}

func TestADamagedPageIsNoticedAndNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db.sqlite")
	c, err := sqlite.Open(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	one(t, c, "CREATE TABLE u(a)")
	one(t, c, "INSERT INTO u VALUES (1)")
	c.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint64(data[4096:], ^uint64(0)) // the header of the table's page
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err = sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if e := fails(t, c, stmt("SELECT * FROM u")); e.Kind != d1.KindDamaged || !strings.Contains(e.Message, "SQLITE_CORRUPT") {
		t.Errorf("kind %v %q, want KindDamaged", e.Kind, e.Message)
	}
}

func TestADatabaseHasALargestSize(t *testing.T) {
	limits := d1.Cloudflare()
	limits.DatabaseBytes = 64 << 10
	c, err := sqlite.Open(filepath.Join(t.TempDir(), "db.sqlite"), sqlite.Options{Limits: limits, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	one(t, c, "CREATE TABLE u(id INTEGER PRIMARY KEY AUTOINCREMENT, a)")
	one(t, c, "INSERT INTO u VALUES (9223372036854775807, zeroblob(1000))")
	if e := fails(t, c, stmt("INSERT INTO u(a) VALUES (1)")); e.Message != "database or disk is full: SQLITE_FULL" {
		t.Errorf("out of rowids: %q", e.Message)
	}
	one(t, c, "CREATE TABLE v(a)")
	one(t, c, "INSERT INTO v VALUES (zeroblob(30000))")
	if e := fails(t, c, stmt("INSERT INTO v VALUES (zeroblob(30000))")); e.Message != d1.TextMaxSize {
		t.Errorf("%q, want %q", e.Message, d1.TextMaxSize)
	}
	if got := string(one(t, c, "SELECT count(*) FROM v").Rows.JSON); got != "[[1]]" {
		t.Errorf("rows %s, want one", got)
	}
	one(t, c, "INSERT INTO v VALUES (1)")
}

func TestLastRowIDIsCarriedOver(t *testing.T) {
	c, _ := open(t)
	c.SetLastRowID(41)
	if m := one(t, c, "CREATE TABLE u(id INTEGER PRIMARY KEY)").Meta; m.LastRowID != 41 {
		t.Errorf("last_row_id %d, want 41", m.LastRowID)
	}
	if m := one(t, c, "INSERT INTO u VALUES (7)").Meta; m.LastRowID != 7 || c.LastRowID() != 7 || !m.ChangedDB {
		t.Errorf("last_row_id %d, want 7", m.LastRowID)
	}
}

func TestCheckpointEmptiesTheWAL(t *testing.T) {
	c, reader := open(t)
	r := reader()
	one(t, c, "CREATE TABLE u(a)")
	for range 50 {
		one(t, c, "INSERT INTO u VALUES (zeroblob(9000))")
	}
	if pending, total := c.WALFrames(); pending < 100 || pending != total {
		t.Errorf("%d frames of %d pending, want all of more than 100", pending, total)
	}
	if err := c.Checkpoint(true); err != nil {
		t.Fatal(err)
	}
	if pending, _ := c.WALFrames(); pending != 0 {
		t.Errorf("%d frames pending after a checkpoint, want 0", pending)
	}
	one(t, c, "INSERT INTO u VALUES (1)")
	if pending, total := c.WALFrames(); pending > 5 || total > 5 {
		t.Errorf("%d frames of %d pending after a restart, want a handful", pending, total)
	}
	if got := string(one(t, r, "SELECT count(*) FROM u").Rows.JSON); got != "[[51]]" {
		t.Errorf("reader sees %s rows, want 51", got)
	}
	c.Shrink()
	one(t, c, "SELECT * FROM u LIMIT 1")
}

func TestStickyPragmasPinReadsToTheWriter(t *testing.T) {
	c, _ := open(t)
	if c.Pinned() {
		t.Error("a fresh connection is pinned")
	}
	one(t, c, "PRAGMA case_sensitive_like")
	if c.Pinned() {
		t.Error("asking pins")
	}
	one(t, c, "PRAGMA case_sensitive_like = on")
	if !c.Pinned() {
		t.Error("case_sensitive_like=on does not pin")
	}
	for range 2 {
		if got := string(one(t, c, "SELECT 'a' LIKE 'A'").Rows.JSON); got != "[[0]]" {
			t.Errorf("LIKE gives %s, want 0", got)
		}
	}
}

func TestForeignKeysStayOn(t *testing.T) {
	c, _ := open(t)
	one(t, c, "CREATE TABLE p(id INTEGER PRIMARY KEY)")
	one(t, c, "CREATE TABLE k(p REFERENCES p(id))")
	one(t, c, "PRAGMA foreign_keys=off") // without effect inside a transaction, as in D1
	if e := fails(t, c, stmt("INSERT INTO k VALUES (1)")); !strings.HasPrefix(e.Message, "FOREIGN KEY") {
		t.Errorf("%v", e)
	}
}
