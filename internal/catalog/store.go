package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/sqlite"
)

// checkpointFrames is the length of the WAL, in pages, above which it is copied
// into the file: nobody else does it.
const checkpointFrames = 1000

// store is one connection to the catalog's file, for one caller at a time.
type store struct {
	mu     sync.Mutex
	conn   *sqlite.Conn
	closed bool
}

func openStore(path string, o sqlite.Options) (*store, error) {
	conn, err := sqlite.Open(path, o)
	if err != nil {
		return nil, fmt.Errorf("open catalog: %w", ours(err))
	}
	return &store{conn: conn}, nil
}

func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if err := s.conn.Close(); err != nil {
		return fmt.Errorf("close catalog: %w", err)
	}
	return nil
}

// rows runs one statement and decodes its rows into dst, a pointer to a slice of
// structs with a field for each column.
func (s *store) rows(ctx context.Context, dst any, sql string, params ...any) error {
	res, err := s.run(ctx, statement(sql, params...))
	if err != nil {
		return err
	}
	return decode(res[0], dst)
}

// run runs statements in one transaction.
func (s *store) run(ctx context.Context, stmts ...d1.Statement) ([]d1.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, d1.Errorf(d1.KindUnavailable, d1.CodeShuttingDown, "the server is shutting down")
	}
	res, err := s.conn.Query(ctx, stmts, d1.FormatObjects)
	if err != nil {
		return nil, ours(err)
	}
	if len(res) != len(stmts) {
		return nil, fmt.Errorf("catalog statements: %d results, want %d", len(res), len(stmts))
	}
	if pending, _ := s.conn.WALFrames(); pending > checkpointFrames {
		// A failure leaves the WAL as it is; the next one tries again.
		_ = s.conn.Checkpoint(false)
	}
	return res, nil
}

// ours makes an error of SQLite one that fits who asked for no SQL: where the disk
// is at fault that can be helped, and a statement that is refused is a mistake of ours.
func ours(err error) error {
	e, ok := errors.AsType[*d1.Error](err)
	switch {
	case !ok || e.Kind != d1.KindSQL:
		return err
	case e.Code == d1.CodeStorage:
		return d1.Errorf(d1.KindUnavailable, d1.CodeStorage,
			"the data folder cannot be written; look whether its disk is full or read-only").Because(err)
	}
	return fmt.Errorf("catalog statement: %s", e.Message)
}

// decode reads the rows of a result.
func decode(res d1.Result, dst any) error {
	if len(res.Rows.JSON) == 0 {
		return nil
	}
	if err := json.Unmarshal(res.Rows.JSON, dst); err != nil {
		return fmt.Errorf("read catalog: %w", err)
	}
	return nil
}

// statement binds values to sql: texts and integers, which is all the catalog holds.
func statement(sql string, params ...any) d1.Statement {
	st := d1.Statement{SQL: sql}
	for _, p := range params {
		switch v := p.(type) {
		case string:
			st.Params.AppendText(v)
		case d1.DatabaseID:
			st.Params.AppendText(string(v))
		case int:
			st.Params.AppendInteger(int64(v))
		case int64:
			st.Params.AppendInteger(v)
		default:
			panic(fmt.Sprintf("catalog: cannot bind a %T", p))
		}
	}
	return st
}
