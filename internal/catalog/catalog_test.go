package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/catalog"
	"github.com/dione-db/dione/internal/sqlite"
)

func open(t testing.TB, folder string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Open(t.Context(), folder, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("open catalog: %v", err)
	}
	t.Cleanup(func() { closeIt(t, c) })
	return c
}

func closeIt(t testing.TB, c *catalog.Catalog) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("close catalog: %v", err)
	}
}

func create(t testing.TB, c *catalog.Catalog, name string) d1.Database {
	t.Helper()
	db, err := c.Create(t.Context(), name, "")
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return db
}

func wantKind(t testing.TB, err error, kind d1.Kind, what string) {
	t.Helper()
	if err == nil || d1.KindOf(err) != kind {
		t.Errorf("%s: error %v of kind %v, want kind %v", what, err, d1.KindOf(err), kind)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func TestCreatedDatabaseIsFoundAgain(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data", "deep")
	c := open(t, folder)
	made := create(t, c, "shop")
	if _, ok := d1.ParseDatabaseID(string(made.ID)); !ok || made.Name != "shop" || made.CreatedAt.IsZero() {
		t.Errorf("created %+v", made)
	}
	closeIt(t, c)
	c = open(t, folder)
	for _, key := range []string{"shop", string(made.ID), strings.ToUpper(string(made.ID))} {
		if got, err := c.Find(t.Context(), key); err != nil || got != made {
			t.Errorf("Find(%q) = %+v, %v; want %+v", key, got, err, made)
		}
	}
	conn, err := sqlite.Open(c.Path(made.ID), sqlite.Options{})
	if err != nil {
		t.Fatalf("the file of a new database: %v", err)
	}
	_ = conn.Close()
}

func TestCreateRefuses(t *testing.T) {
	c := open(t, t.TempDir())
	taken := create(t, c, "taken")
	fresh := d1.NewDatabaseID()
	for name, test := range map[string]struct {
		name string
		id   d1.DatabaseID
		kind d1.Kind
	}{
		"no name":          {"", "", d1.KindInvalid},
		"a bad name":       {"a/b", "", d1.KindInvalid},
		"a name like ids":  {string(fresh), "", d1.KindInvalid},
		"a long name":      {strings.Repeat("x", 65), "", d1.KindInvalid},
		"a taken name":     {"taken", "", d1.KindConflict},
		"a taken id":       {"other", taken.ID, d1.KindConflict},
		"both taken":       {"taken", taken.ID, d1.KindConflict},
		"a path as id":     {"other", "../../../etc", d1.KindInvalid},
		"an upper-case id": {"other", d1.DatabaseID(strings.ToUpper(string(fresh))), d1.KindInvalid},
	} {
		_, err := c.Create(t.Context(), test.name, test.id)
		wantKind(t, err, test.kind, name)
	}
	if got, err := c.List(t.Context(), d1.ListRequest{}); err != nil || got.Total != 1 {
		t.Errorf("after refusals: %+v, %v; want one database", got, err)
	}
	if db, err := c.Create(t.Context(), "other", fresh); err != nil || db.ID != fresh {
		t.Errorf("create with a free id: %+v, %v", db, err)
	}
}

func TestNamesDifferByCase(t *testing.T) {
	c := open(t, t.TempDir())
	a, b := create(t, c, "shop"), create(t, c, "Shop")
	if got, err := c.Find(t.Context(), "Shop"); err != nil || got.ID != b.ID || got.ID == a.ID {
		t.Errorf("Find(Shop) = %+v, %v; want %+v", got, err, b)
	}
}

func TestOneOfManyCreatorsOfANameWins(t *testing.T) {
	c := open(t, t.TempDir())
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = c.Create(t.Context(), "one", "") })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		wantKind(t, err, d1.KindConflict, "losing creator")
	}
	if won != 1 {
		t.Errorf("%d creators won, want 1", won)
	}
}

func TestUnknownDatabase(t *testing.T) {
	c := open(t, t.TempDir())
	for _, key := range []string{"", "nope", string(d1.NewDatabaseID()), "%", "' OR 1 --"} {
		_, err := c.Find(t.Context(), key)
		wantKind(t, err, d1.KindNotFound, "Find "+key)
	}
	wantKind(t, c.Delete(t.Context(), d1.NewDatabaseID()), d1.KindNotFound, "Delete")
}

func TestDeleteRemovesFolderAndFreesName(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder)
	db := create(t, c, "gone")
	if err := c.Delete(t.Context(), db.ID); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Dir(c.Path(db.ID))) {
		t.Error("the folder is still there")
	}
	_, err := c.Get(t.Context(), db.ID)
	wantKind(t, err, d1.KindNotFound, "Get after delete")
	wantKind(t, c.Delete(t.Context(), db.ID), d1.KindNotFound, "second delete")
	if again, err := c.Create(t.Context(), "gone", db.ID); err != nil || again.ID != db.ID {
		t.Errorf("the same name and id once more: %+v, %v", again, err)
	}
}

func TestList(t *testing.T) {
	c := open(t, t.TempDir())
	for i := range 25 {
		create(t, c, fmt.Sprintf("shop-%02d", i))
	}
	create(t, c, "OTHER_one")
	gone := create(t, c, "shop-gone")
	if err := c.Delete(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		req         d1.ListRequest
		first, last string
		count       int
		total       int
	}{
		"all":             {d1.ListRequest{}, "OTHER_one", "shop-00", 26, 26},
		"second page":     {d1.ListRequest{Page: 2, PerPage: 10}, "shop-15", "shop-06", 10, 26},
		"last page":       {d1.ListRequest{Page: 3, PerPage: 10}, "shop-05", "shop-00", 6, 26},
		"beyond":          {d1.ListRequest{Page: 9, PerPage: 10}, "", "", 0, 26},
		"part, any case":  {d1.ListRequest{Name: "OP-1"}, "shop-19", "shop-10", 10, 10},
		"part and page":   {d1.ListRequest{Name: "Shop", Page: 3, PerPage: 10}, "shop-04", "shop-00", 5, 25},
		"no pattern":      {d1.ListRequest{Name: "o_e"}, "", "", 0, 0},
		"underscore":      {d1.ListRequest{Name: "r_o"}, "OTHER_one", "OTHER_one", 1, 1},
		"largest page":    {d1.ListRequest{PerPage: 10_000}, "OTHER_one", "shop-00", 26, 26},
		"nothing matches": {d1.ListRequest{Name: "zzz"}, "", "", 0, 0},
	} {
		got, err := c.List(t.Context(), test.req)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got.Databases) != test.count || got.Total != test.total {
			t.Errorf("%s: %d of %d, want %d of %d", name, len(got.Databases), got.Total, test.count, test.total)
			continue
		}
		if test.count > 0 && (got.Databases[0].Name != test.first || got.Databases[test.count-1].Name != test.last) {
			t.Errorf("%s: from %s to %s, want from %s to %s", name,
				got.Databases[0].Name, got.Databases[test.count-1].Name, test.first, test.last)
		}
	}
	for _, req := range []d1.ListRequest{{Page: -1}, {PerPage: -1}, {PerPage: 10_001}, {Page: 1 << 60}} {
		_, err := c.List(t.Context(), req)
		wantKind(t, err, d1.KindInvalid, fmt.Sprintf("%+v", req))
	}
}

func TestBootGrowsWithEveryStart(t *testing.T) {
	folder := t.TempDir()
	var last uint32
	for range 3 {
		c := open(t, folder)
		if c.Boot() <= last {
			t.Errorf("boot %d after %d", c.Boot(), last)
		}
		next, err := c.NextBoot(t.Context())
		if err != nil || next <= c.Boot() {
			t.Errorf("NextBoot = %d, %v; want more than %d", next, err, c.Boot())
		}
		last = next
		closeIt(t, c)
	}
}

// TestUnfinishedWorkIsMended puts the folder into each state that a crash can
// leave, opens it and looks whether others are untouched and the name is free.
func TestUnfinishedWorkIsMended(t *testing.T) {
	id := d1.NewDatabaseID()
	for name, crash := range map[string]struct {
		state string
		files []string // inside the folder of the database; nil for no folder
	}{
		"created the row":               {"creating", nil},
		"created the folder":            {"creating", []string{}},
		"created the file":              {"creating", []string{"db.sqlite", "db.sqlite-wal"}},
		"recorded the deletion":         {"deleting", []string{"db.sqlite", "db.sqlite-wal"}},
		"removed one file":              {"deleting", []string{"db.sqlite-wal"}},
		"removed the files":             {"deleting", []string{}},
		"removed the folder, not a row": {"deleting", nil},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			c := open(t, folder)
			other := create(t, c, "other")
			closeIt(t, c)
			dir := filepath.Join(folder, "databases", string(id))
			if crash.files != nil {
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for _, f := range crash.files {
				if err := os.WriteFile(filepath.Join(dir, f), []byte("half"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			rowName := `'half'`
			if crash.state == "deleting" {
				rowName = "NULL"
			}
			execute(t, filepath.Join(folder, "catalog.sqlite"), fmt.Sprintf(
				`INSERT INTO databases (id, name, created_at, state) VALUES ('%s', %s, 0, '%s')`, id, rowName, crash.state))

			for range 2 { // doing it twice does no harm
				c = open(t, folder)
				if exists(dir) {
					t.Error("the folder is still there")
				}
				if got, err := c.List(t.Context(), d1.ListRequest{}); err != nil || got.Total != 1 || got.Databases[0] != other {
					t.Errorf("list %+v, %v; want %+v alone", got, err, other)
				}
				if !exists(c.Path(other.ID)) {
					t.Error("another database lost its file")
				}
				closeIt(t, c)
			}
			c = open(t, folder)
			if _, err := c.Create(t.Context(), "half", id); err != nil {
				t.Errorf("create again: %v", err)
			}
		})
	}
}

// execute runs a statement on the catalog's file behind its back.
func execute(t testing.TB, path, sql string) {
	t.Helper()
	conn, err := sqlite.Open(path, sqlite.Options{Trusted: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Query(t.Context(), []d1.Statement{{SQL: sql}}, d1.FormatArrays); err != nil {
		t.Fatal(err)
	}
}

func TestFailedCreationLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder)
	id := d1.NewDatabaseID()
	blocker := filepath.Join(folder, "databases", string(id))
	if err := os.WriteFile(blocker, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), "a", id); err == nil {
		t.Fatal("create worked, though a file is in the way")
	}
	if got, err := c.List(t.Context(), d1.ListRequest{}); err != nil || got.Total != 0 {
		t.Errorf("list %+v, %v; want nothing", got, err)
	}
	create(t, c, "a") // the name is free
}

func TestForeignFileIsNotOverwritten(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder)
	id := d1.NewDatabaseID()
	if err := os.MkdirAll(filepath.Dir(c.Path(id)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.Path(id), []byte("data of someone"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := c.Create(t.Context(), "a", id)
	wantKind(t, err, d1.KindConflict, "create over a file")
	if b, err := os.ReadFile(c.Path(id)); err != nil || string(b) != "data of someone" {
		t.Errorf("the file holds %q, %v", b, err)
	}
}

func TestLaterCatalogIsRefused(t *testing.T) {
	folder := t.TempDir()
	closeIt(t, open(t, folder))
	execute(t, filepath.Join(folder, "catalog.sqlite"), `UPDATE node SET schema = 1000`)
	if c, err := catalog.Open(t.Context(), folder, slog.New(slog.DiscardHandler)); err == nil {
		closeIt(t, c)
		t.Error("a catalog of a later version was opened")
	}
}

func TestEndedContextCreatesNothing(t *testing.T) {
	c := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Create(ctx, "a", ""); err == nil {
		t.Error("create worked with an ended context")
	}
	create(t, c, "a")
}

func TestClosedCatalogAnswers(t *testing.T) {
	c := open(t, t.TempDir())
	closeIt(t, c)
	_, err := c.Find(t.Context(), "a")
	wantKind(t, err, d1.KindUnavailable, "Find")
	_, err = c.Create(t.Context(), "a", "")
	wantKind(t, err, d1.KindUnavailable, "Create")
}

// TestManyDatabases asks questions of a catalog with 100,000 databases, and looks
// that each is answered without reading a row for each of them.
func TestManyDatabases(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 100,000 rows")
	}
	folder := t.TempDir()
	closeIt(t, open(t, folder))
	path := filepath.Join(folder, "catalog.sqlite")
	execute(t, path, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 100000)
		INSERT INTO databases (id, name, created_at, state)
		SELECT printf('%08x-0000-4000-8000-000000000000', i), 'db-' || i, i, 'live' FROM n`)
	c := open(t, folder)
	if got, err := c.Find(t.Context(), "db-77777"); err != nil || got.CreatedAt.UnixMilli() != 77777 {
		t.Errorf("Find = %+v, %v", got, err)
	}
	got, err := c.List(t.Context(), d1.ListRequest{Name: "DB-9999", PerPage: 5})
	if err != nil || got.Total != 11 || len(got.Databases) != 5 || got.Databases[0].Name != "db-99999" {
		t.Errorf("List = %+v, %v", got, err)
	}
	if got, err := c.List(t.Context(), d1.ListRequest{Page: 100}); err != nil || got.Total != 100_000 || got.Databases[999].Name != "db-1" {
		t.Errorf("last page: %d of %d, %v", len(got.Databases), got.Total, err)
	}
	conn, err := sqlite.Open(path, sqlite.Options{Trusted: true, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, sql := range []string{
		`SELECT id, name, created_at FROM databases WHERE state = 'live' AND id = '00012345-0000-4000-8000-000000000000'`,
		`SELECT id, name, created_at FROM databases WHERE state = 'live' AND name = 'db-5'`,
		`SELECT id, state FROM databases WHERE state <> 'live'`,
	} {
		res, err := conn.Query(t.Context(), []d1.Statement{{SQL: sql}}, d1.FormatArrays)
		if err != nil {
			t.Fatal(err)
		}
		if n := res[0].Meta.RowsRead; n > 4 {
			t.Errorf("%s read %d rows", sql, n)
		}
	}
}
