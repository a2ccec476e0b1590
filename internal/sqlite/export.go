package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dione-db/dione/d1"
)

// schemaObject is a row of sqlite_schema.
type schemaObject struct{ kind, name, table, sql string }

// Export writes the database as SQL, one statement a line and each line with
// its semicolon, as D1's local export spells it: tables with their rows in the
// order they were made, then indexes, triggers and views. Names of SQLite's and
// the server's own stay out. Run it on a connection that is both ReadOnly and
// Trusted: it reads one snapshot. It fails with KindSQL for a database with a virtual table.
func (c *Conn) Export(ctx context.Context, req d1.ExportRequest, line func(string) error) error {
	c.watch(ctx)
	defer c.unwatch()
	if err := c.begin(); err != nil {
		return err
	}
	defer c.commit() //nolint:errcheck // it ends a read
	objects, err := c.schema()
	if err != nil {
		return err
	}
	e := exporter{c: c, req: req, line: line}
	if err := line("PRAGMA defer_foreign_keys=TRUE;"); err != nil {
		return err
	}
	var late []schemaObject // sqlite_sequence has its rows after all that fill it
	for _, o := range objects {
		switch {
		case o.kind != "table" || !e.wants(o.name):
		case o.name == "sqlite_sequence":
			late = append(late, o)
		default:
			if err := e.table(o); err != nil {
				return err
			}
		}
	}
	for _, o := range late {
		if err := e.table(o); err != nil {
			return err
		}
	}
	return e.rest(objects)
}

// schema reads sqlite_schema in the order of its rows.
func (c *Conn) schema() ([]schemaObject, error) {
	rows, err := rowsOf[[4]string](c, "SELECT type, name, tbl_name, coalesce(sql,'') FROM sqlite_schema ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	objects := make([]schemaObject, len(rows))
	for i, r := range rows {
		objects[i] = schemaObject{r[0], r[1], r[2], r[3]}
	}
	return objects, nil
}

// rowsOf runs a SELECT of the server's own, whose cells are all text and whose rows are a T each.
func rowsOf[T any](c *Conn, sql string) ([]T, error) {
	var res d1.Result
	if _, err := c.runText(&d1.Statement{SQL: sql}, d1.FormatArrays, &res); err != nil {
		return nil, err
	}
	var rows []T
	if err := json.Unmarshal(res.Rows.JSON, &rows); err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	return rows, nil
}

type exporter struct {
	c    *Conn
	req  d1.ExportRequest
	line func(string) error
}

// wants tells whether a table goes into the export.
func (e *exporter) wants(name string) bool {
	if len(name) >= 4 && strings.EqualFold(name[:4], "_cf_") {
		return false
	}
	return len(e.req.Tables) == 0 || slices.Contains(e.req.Tables, name)
}

// table writes one table and its rows.
func (e *exporter) table(o schemaObject) error {
	upper := strings.ToUpper(o.sql)
	switch {
	case o.name == "sqlite_sequence":
		if !e.req.NoSchema {
			if err := e.line("DELETE FROM sqlite_sequence;"); err != nil {
				return err
			}
		}
	case strings.HasPrefix(o.name, "sqlite_stat"):
		if e.req.NoSchema {
			return nil
		}
		return e.line("ANALYZE sqlite_schema;")
	case strings.HasPrefix(o.name, "sqlite_"):
		return nil
	case strings.HasPrefix(upper, "CREATE VIRTUAL TABLE"):
		return d1.Errorf(d1.KindSQL, d1.CodeSQL, "D1 Export error: cannot export databases with Virtual Tables (fts5)")
	case !e.req.NoSchema:
		if err := e.line(createTable(o.sql) + ";"); err != nil {
			return err
		}
	}
	if e.req.NoData {
		return nil
	}
	return e.rows(o.name)
}

// createTable makes the statement of a table with a quoted name harmless to run twice, as D1 does.
func createTable(sql string) string {
	if rest, ok := strings.CutPrefix(sql, `CREATE TABLE "`); ok {
		return `CREATE TABLE IF NOT EXISTS "` + rest
	}
	return sql
}

// rows writes an INSERT for each row. SQLite spells the values, so that
// integers, doubles and blobs come back exactly.
func (e *exporter) rows(table string) error {
	columns, err := e.columns(table)
	if err != nil || len(columns) == 0 {
		return err
	}
	names, values := make([]string, len(columns)), make([]string, len(columns))
	for i, col := range columns {
		names[i] = quoteName(col)
		values[i] = valueSQL("t." + names[i])
	}
	head := fmt.Sprintf("INSERT INTO %s (%s) VALUES(", quoteName(table), strings.Join(names, ","))
	sql := fmt.Sprintf("SELECT %s || %s || ');' FROM %s t", quoteText(head), strings.Join(values, "||','||"), quoteName(table))
	return e.each(sql)
}

// columns gives the columns that an INSERT may name: generated ones are left out.
func (e *exporter) columns(table string) ([]string, error) {
	rows, err := rowsOf[[1]string](e.c, "SELECT name FROM pragma_table_xinfo("+quoteText(table)+") WHERE hidden = 0 ORDER BY cid")
	if err != nil {
		return nil, err
	}
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r[0]
	}
	return names, nil
}

// each runs a SELECT of one text a row and writes each as a line.
func (e *exporter) each(sql string) error {
	var res d1.Result
	if _, err := e.c.runText(&d1.Statement{SQL: sql}, d1.FormatArrays, &res); err != nil {
		return err
	}
	if len(res.Rows.JSON) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(res.Rows.JSON))
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	for dec.More() {
		var row [1]string
		if err := dec.Decode(&row); err != nil {
			return fmt.Errorf("read rows: %w", err)
		}
		if err := e.line(row[0]); err != nil {
			return err
		}
	}
	return nil
}

// rest writes indexes, triggers and views, by type.
func (e *exporter) rest(objects []schemaObject) error {
	if e.req.NoSchema {
		return nil
	}
	for _, kind := range []string{"index", "trigger", "view"} {
		for _, o := range objects {
			if o.kind != kind || o.sql == "" || !e.wants(o.table) {
				continue
			}
			if err := e.line(o.sql + ";"); err != nil {
				return err
			}
		}
	}
	return nil
}

// valueSQL is an expression that spells the value of col as a literal on one
// line. Line breaks are spelled through replace(), as the sqlite3 shell does,
// and text with a zero byte as a cast blob, which quote() would cut.
func valueSQL(col string) string {
	const breaks = `CASE WHEN instr(%[1]s,char(10)) THEN 'replace(' ELSE '' END ||` +
		`CASE WHEN instr(%[1]s,char(13)) THEN 'replace(' ELSE '' END ||` +
		`replace(replace(quote(%[1]s),char(10),'\n'),char(13),'\r') ||` +
		`CASE WHEN instr(%[1]s,char(13)) THEN ',''\r'',char(13))' ELSE '' END ||` +
		`CASE WHEN instr(%[1]s,char(10)) THEN ',''\n'',char(10))' ELSE '' END`
	return fmt.Sprintf(`CASE WHEN typeof(%[1]s)<>'text' THEN quote(%[1]s) `+
		`WHEN instr(%[1]s,char(0)) OR (instr(%[1]s,'\n') AND instr(%[1]s,char(10))) OR (instr(%[1]s,'\r') AND instr(%[1]s,char(13))) `+
		`THEN 'CAST(X'''||hex(CAST(%[1]s AS BLOB))||''' AS TEXT)' `+
		`WHEN instr(%[1]s,char(10)) OR instr(%[1]s,char(13)) THEN `+breaks+` ELSE quote(%[1]s) END`, col)
}

func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func quoteText(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }
