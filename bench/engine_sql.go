package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	_ "github.com/mattn/go-sqlite3" // driver "sqlite3"
	_ "modernc.org/sqlite"          // driver "sqlite"
)

// sqlSession is what a Go programmer writes on database/sql who cares about
// speed: one connection, statements prepared once, cells scanned into values
// that are used again, JSON appended by hand.
type sqlSession struct {
	db    *sql.DB
	stmts map[string]*sqlStmt
	buf   []byte
}

type sqlStmt struct {
	*sql.Stmt

	keys  []string // {"a": and ,"b":
	cells []any
	into  []any
}

func openSQL(driver, path string, write bool, init string) (session, error) {
	db, err := sql.Open(driver, path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(1)
	s := &sqlSession{db: db, stmts: map[string]*sqlStmt{}}
	if write {
		init = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + init
	}
	for _, q := range statements(init) {
		if _, err := db.ExecContext(context.Background(), q); err != nil {
			return nil, fmt.Errorf("%s: %w", q, err)
		}
	}
	return s, nil
}

func (s *sqlSession) prepare(query string) (*sqlStmt, error) {
	if st := s.stmts[query]; st != nil {
		return st, nil
	}
	st, err := s.db.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.stmts[query] = &sqlStmt{Stmt: st}
	return s.stmts[query], nil
}

func (st *sqlStmt) describe(rows *sql.Rows) error {
	columns, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	st.keys = keys(columns)
	st.cells, st.into = make([]any, len(columns)), make([]any, len(columns))
	for i := range st.cells {
		st.into[i] = &st.cells[i]
	}
	return nil
}

func (s *sqlSession) query(query string, args ...any) ([]byte, error) {
	st, err := s.prepare(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	if st.keys == nil {
		if err := st.describe(rows); err != nil {
			return nil, err
		}
	}
	b := append(s.buf[:0], '[')
	for rows.Next() {
		if len(b) > 1 {
			b = append(b, ',')
		}
		if err := rows.Scan(st.into...); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		for i, v := range st.cells {
			b = appendValue(append(b, st.keys[i]...), v)
		}
		b = append(b, '}')
	}
	s.buf = append(b, ']')
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return s.buf, nil
}

func (s *sqlSession) point(id int64) ([]byte, error) { return s.query(pointSQL, id) }

func (s *sqlSession) rows(query string) ([]byte, error) { return s.query(query) }

func (s *sqlSession) insert(k int64, v string, n float64) error {
	st, err := s.prepare(insertSQL)
	if err != nil {
		return err
	}
	if _, err := st.ExecContext(context.Background(), k, v, n); err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	return nil
}

func (s *sqlSession) close() error {
	errs := make([]error, 0, len(s.stmts)+1)
	for _, st := range s.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, s.db.Close())...)
}
