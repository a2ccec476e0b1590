package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/dione-db/dione/d1"
)

// executeFlags are those of "dione d1 execute".
type executeFlags struct {
	databaseFlags

	command, file string
	yes           bool
	flags         *pflag.FlagSet
}

func setupExecute(flags *pflag.FlagSet) runFunc {
	f := &executeFlags{flags: flags}
	f.register(flags)
	f.registerJSON(flags)
	f.registerPreview(flags)
	flags.StringVar(&f.command, "command", "", "the `SQL` to run: one or several statements")
	flags.StringVar(&f.file, "file", "", "the `file` with SQL to run; - reads standard input")
	flags.BoolVarP(&f.yes, "yes", "y", false, "accepted for wrangler's sake; nothing is asked")
	return f.run
}

func (f *executeFlags) run(ctx context.Context, env *Env, args []string) error {
	command, file := f.flags.Changed("command"), f.flags.Changed("file")
	switch {
	case command && file:
		return usagef("d1 execute", "--command and --file exclude each other")
	case !command && !file:
		return usagef("d1 execute", "say what to run: --command \"SELECT 1\" or --file ./file.sql")
	case command:
		return f.runCommand(ctx, env, args[0])
	}
	text, err := f.read(env)
	if err != nil {
		return err
	}
	return f.runFile(ctx, env, args[0], text)
}

// read gives the text of the file, without a byte order mark.
func (f *executeFlags) read(env *Env) ([]byte, error) {
	var text []byte
	var err error
	if f.file == "-" {
		text, err = io.ReadAll(env.Stdin)
	} else {
		text, err = os.ReadFile(env.path(f.file))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", f.file)
	case err != nil:
		return nil, fmt.Errorf("read the SQL: %w", err)
	}
	if line := invalidUTF8(text); line > 0 {
		return nil, fmt.Errorf("%s: line %d is not UTF-8 text; save the file as UTF-8", f.file, line)
	}
	return []byte(strings.TrimPrefix(string(text), "\ufeff")), nil
}

func (f *executeFlags) runCommand(ctx context.Context, env *Env, name string) error {
	o, err := f.open(ctx, env, name, makeBound)
	if err != nil {
		return err
	}
	format := d1.FormatArrays
	if f.json {
		format = d1.FormatObjects
	}
	request := d1.QueryRequest{Database: o.ID, Format: format}
	for _, s := range splitSQL(f.command) {
		request.Statements = append(request.Statements, d1.Statement{SQL: s.text})
	}
	if len(request.Statements) == 0 {
		return errors.Join(errors.New("--command holds no SQL statement"), o.close())
	}
	var resp d1.QueryResponse
	err = o.closing(func() error {
		resp, err = o.svc.Query(ctx, request)
		return err
	})
	if err != nil {
		return statementError(err, len(request.Statements))
	}
	if f.json {
		return writeRawJSON(env.Stdout, resultsJSON(resp.Results))
	}
	fmt.Fprintf(env.Stdout, "🌀 Executing on local database %s (%s):\n🚣 Executed %s in %s\n",
		o.Name, o.ID, plural(len(resp.Results), "command"), milliseconds(totalDuration(resp.Results)))
	for i := range resp.Results {
		if err := writeRows(env.Stdout, &resp.Results[i].Rows); err != nil {
			return err
		}
	}
	return nil
}

// statementError says which statement of several was refused.
func statementError(err error, statements int) error {
	e, ok := errors.AsType[*d1.Error](err)
	if !ok || e.Kind != d1.KindSQL || e.Statement == 0 || statements < 2 {
		return err
	}
	return fmt.Errorf("statement %d: %w", e.Statement, err)
}

// resultsJSON spells results as D1's API does.
func resultsJSON(results []d1.Result) []byte {
	b := []byte{'['}
	for i := range results {
		if i > 0 {
			b = append(b, ',')
		}
		rows := results[i].Rows.JSON
		if len(rows) == 0 {
			rows = []byte("[]")
		}
		b = append(append(append(b, `{"results":`...), rows...), `,"success":true,"meta":`...)
		b = append(results[i].Meta.AppendJSON(b), '}')
	}
	return append(b, ']')
}

func totalDuration(results []d1.Result) time.Duration {
	var sum time.Duration
	for i := range results {
		sum += results[i].Meta.SQLDuration
	}
	return sum
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 2, 64) + "ms"
}

// writeRows draws the rows of a result, made with [d1.FormatArrays].
func writeRows(w io.Writer, rows *d1.Rows) error {
	if rows.Count == 0 || len(rows.Columns) == 0 {
		return nil
	}
	var cells [][]json.RawMessage
	if err := json.Unmarshal(rows.JSON, &cells); err != nil {
		return fmt.Errorf("read the rows: %w", err)
	}
	t := table{header: rows.Columns}
	for _, row := range cells {
		texts := make([]string, len(row))
		for i, cell := range row {
			texts[i] = cellText(cell)
		}
		t.add(texts...)
	}
	return t.write(w)
}

// cellText is a value as a person reads it: text without quotes, all else as
// JSON.
func cellText(raw json.RawMessage) string {
	var s string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// importJSON is what wrangler prints after it ran a file.
type importJSON struct {
	Results       []importSummary `json:"results"`
	Success       bool            `json:"success"`
	FinalBookmark d1.Bookmark     `json:"finalBookmark"`
	Meta          json.RawMessage `json:"meta"`
}

type importSummary struct {
	Queries     int64  `json:"Total queries executed"`
	RowsRead    int64  `json:"Rows read"`
	RowsWritten int64  `json:"Rows written"`
	SizeMB      string `json:"Database size (MB)"`
}

func (f *executeFlags) runFile(ctx context.Context, env *Env, name string, text []byte) error {
	o, err := f.open(ctx, env, name, makeBound)
	if err != nil {
		return err
	}
	if !f.json {
		fmt.Fprintf(env.Stdout, "🌀 Executing %s on local database %s (%s):\n"+
			"   If the execution fails, the database stays as it was and you can safely retry.\n", f.file, o.Name, o.ID)
	}
	var resp d1.ImportResponse
	err = o.closing(func() error {
		resp, err = o.svc.Import(ctx, d1.ImportRequest{Database: o.ID, SQL: text})
		return err
	})
	if err != nil {
		return importError(f.file, err)
	}
	size := strconv.FormatFloat(float64(resp.Meta.SizeAfter)/1e6, 'f', 2, 64)
	if f.json {
		return writeJSON(env.Stdout, []importJSON{{
			Results: []importSummary{{resp.NumQueries, resp.Meta.RowsRead, resp.Meta.RowsWritten, size}},
			Success: true, FinalBookmark: resp.Bookmark, Meta: resp.Meta.AppendJSON(nil),
		}})
	}
	fmt.Fprintf(env.Stdout, "🚣 Executed %d queries in %s (%d rows read, %d rows written)\n",
		resp.NumQueries, milliseconds(resp.Meta.SQLDuration), resp.Meta.RowsRead, resp.Meta.RowsWritten)
	if resp.Bookmark != "" {
		fmt.Fprintf(env.Stdout, "   Database is currently at bookmark %s.\n", resp.Bookmark)
	}
	t := table{header: []string{"Total queries executed", "Rows read", "Rows written", "Database size (MB)"}}
	t.add(strconv.FormatInt(resp.NumQueries, 10), strconv.FormatInt(resp.Meta.RowsRead, 10),
		strconv.FormatInt(resp.Meta.RowsWritten, 10), size)
	return t.write(env.Stdout)
}

// importError puts the place of a refused statement in front of what SQLite
// said.
func importError(file string, err error) error {
	e, ok := errors.AsType[*d1.Error](err)
	switch {
	case !ok || e.Statement == 0 && e.Line == 0:
		return fmt.Errorf("%s: %w", file, err)
	case e.Line == 0:
		return fmt.Errorf("%s: statement %d: %w", file, e.Statement, err)
	}
	return fmt.Errorf("%s:%d: statement %d: %w", file, e.Line, e.Statement, err)
}
