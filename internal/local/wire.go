package local

import (
	"encoding/binary"
	"errors"

	"github.com/dione-db/dione/d1"
)

// The paths of the methods. The number counts incompatible changes of what is
// sent, so that programs of two versions notice; a field more is none.
const (
	pathQuery     = "/v1/query"
	pathExport    = "/v1/export"
	pathImport    = "/v1/import" // the body is the file itself
	pathCreate    = "/v1/create"
	pathDatabase  = "/v1/database"
	pathDatabases = "/v1/databases"
	pathDelete    = "/v1/delete"
)

// paramDatabase names the database of an import in the query string.
const paramDatabase = "database"

// none stands where a method gives nothing but an error.
type none struct{ OK bool } // gob wants a field

// reply is the answer to every call. Value counts beside a Failure too.
type reply[T any] struct {
	Value   T
	Failure *failure
}

// failure is a d1.Error in transit.
type failure struct {
	Kind            d1.Kind
	Code            d1.Code
	Message         string
	Statement, Line int
	Cause           string
}

// failureOf packs an error; nil stays nil.
func failureOf(err error) *failure {
	if err == nil {
		return nil
	}
	e := d1.AsError(err)
	return &failure{
		Kind: e.Kind, Code: e.Code, Message: e.Message,
		Statement: e.Statement, Line: e.Line, Cause: d1.Cause(err),
	}
}

// err unpacks an error; nil stays nil.
func (f *failure) err() error {
	if f == nil {
		return nil
	}
	e := &d1.Error{Kind: f.Kind, Code: f.Code, Message: f.Message, Statement: f.Statement, Line: f.Line}
	if f.Cause != "" {
		return e.Because(errors.New(f.Cause))
	}
	return e
}

// query is a d1.QueryRequest in transit.
type query struct {
	Database   d1.DatabaseID
	Statements []statement
	Format     d1.Format
	Session    string
}

// statement is a d1.Statement in transit, its parameters as their block.
type statement struct {
	SQL    string
	Params []byte
	Count  int
}

// queryOf packs a request. It shares the memory of the parameters.
func queryOf(req d1.QueryRequest) query {
	q := query{Database: req.Database, Format: req.Format, Session: req.Session}
	q.Statements = make([]statement, len(req.Statements))
	for i := range req.Statements {
		st := &req.Statements[i]
		q.Statements[i] = statement{SQL: st.SQL, Params: st.Params.Block(), Count: st.Params.Len()}
	}
	return q
}

// request unpacks a request. It fails with KindInvalid for parameters that are
// no block of d1.Params, because those behind us trust it.
func (q query) request() (d1.QueryRequest, error) {
	req := d1.QueryRequest{Database: q.Database, Format: q.Format, Session: q.Session}
	req.Statements = make([]d1.Statement, len(q.Statements))
	for i, st := range q.Statements {
		if n, ok := countParams(st.Params); !ok || n != st.Count {
			return d1.QueryRequest{}, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, "the parameters of statement %d are garbled", i+1)
		}
		req.Statements[i] = d1.Statement{SQL: st.SQL, Params: d1.ParamsFromBlock(st.Params, st.Count)}
	}
	return req, nil
}

// countParams gives the number of values in a block of d1.Params, and false where it is none.
func countParams(block []byte) (n int, ok bool) {
	const word = 8
	for ; len(block) > 0; n++ {
		tag := block[0]
		block = block[1:]
		if tag == 'n' {
			continue
		}
		if len(block) < word {
			return 0, false
		}
		size := binary.LittleEndian.Uint64(block)
		block = block[word:]
		switch tag {
		case 'f', 'i':
		case 't', 'b':
			if size > uint64(len(block)) {
				return 0, false
			}
			block = block[size:]
		default:
			return 0, false
		}
	}
	return n, true
}
