package d1

// Bookmark stands for a state of one database. Bookmarks of a database have
// the same length and sort, as text, in the order of its commits.
type Bookmark string

// What a session may start with instead of a bookmark.
const (
	FirstPrimary       = "first-primary"
	FirstUnconstrained = "first-unconstrained"
)

// Format is the shape of a result's rows in JSON.
type Format uint8

// The formats.
const (
	// FormatArrays gives rows as arrays: [[1,"a"],[2,"b"]].
	FormatArrays Format = iota
	// FormatObjects gives rows as objects: [{"id":1},{"id":2}]. Of columns with the same
	// name the first gives the key its place and the last gives it its value.
	FormatObjects
)

// Statement is one SQL text with its parameters. The text may hold several
// statements; then only the last may have parameters, and it gives the result.
type Statement struct {
	SQL    string
	Params Params
}

// QueryRequest asks a database to run statements, in order, in one
// transaction.
type QueryRequest struct {
	Database   DatabaseID
	Statements []Statement
	Format     Format
	// Session is what the client's session knows: "" without a session, else
	// FirstPrimary, FirstUnconstrained or a bookmark. A text that is no bookmark
	// of this database is not an error: the primary answers.
	Session string
}

// QueryResponse is the answer to a [QueryRequest].
type QueryResponse struct {
	// Results has one element for each statement that held any SQL; texts that
	// are empty or only comments are left out.
	Results []Result
	// Bookmark is set when the request had a session, also beside an error.
	Bookmark Bookmark
}

// Result is what one statement gave.
type Result struct {
	Rows Rows
	Meta Meta
}

// Rows are the rows of one result, spelled in JSON as D1 spells values
// (integers as doubles, infinities as null, blobs as arrays of bytes).
type Rows struct {
	Columns []string // names, duplicates kept; must not be changed
	// ColumnsJSON is Columns as a JSON array; must not be changed. Empty means "[]".
	ColumnsJSON []byte
	// JSON is an array of all rows in the format asked for. Empty means "[]".
	JSON   []byte
	Count  int64
	memory Recycler
}

// Recycler owns the memory of a result and uses it again once it has it back.
type Recycler interface{ Recycle() }

// Lend notes the owner of the memory that the rows, and perhaps the whole result, are in.
func (r *Rows) Lend(owner Recycler) { r.memory = owner }

// Recycle gives the results' memory back to its owners, who use it for others'
// results at once: only the last one to read them may call it, and nobody may have
// kept a part of them. Without it the memory is left to the garbage collector.
func (r *QueryResponse) Recycle() {
	results := r.Results
	r.Results = nil
	for i := range results {
		rows := &results[i].Rows
		if owner := rows.memory; owner != nil {
			rows.JSON, rows.memory = nil, nil
			owner.Recycle()
		}
	}
}

// ImportRequest asks a database to run a file of SQL, all or nothing.
type ImportRequest struct {
	Database DatabaseID
	// SQL is the whole text. Statements are told apart by SQLite's own rules.
	// "PRAGMA foreign_keys=off" before the first other statement holds for the import.
	SQL []byte
}

// ImportResponse tells what an import did, summed over its statements.
type ImportResponse struct {
	NumQueries int64 // statements run
	Meta       Meta
	Bookmark   Bookmark
}

// ExportRequest asks for a database as SQL.
type ExportRequest struct {
	Database         DatabaseID
	NoSchema, NoData bool
	Tables           []string // names; none means all
}

// ExportResponse is a database as SQL.
type ExportResponse struct {
	// Lines are statements with their semicolon, each on one line.
	Lines []string
}
