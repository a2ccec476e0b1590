package d1

import "context"

// Service is the one door to the databases: every room from the desks inwards
// implements it, and so does a client over a network. Package servicetest
// holds all of them to what is said here.
//
// Errors are of type [*Error]; anything else is an internal error. All methods
// may be called by any number of goroutines at once. A context that ends stops
// waiting and reading; it never undoes or interrupts a commit under way.
type Service interface {
	Querier
	Catalog
}

// Querier runs SQL.
type Querier interface {
	// Query runs the statements of req in one transaction, in order. The first
	// error rolls all of them back and is the only thing returned (KindSQL, with
	// D1's text). It fails with KindNotFound for an unknown database, with
	// KindInvalid when no statement holds any SQL, with KindUnavailable when the
	// database is too busy, and with KindDamaged when its file is damaged. The
	// response carries a bookmark also beside an error.
	Query(ctx context.Context, req QueryRequest) (QueryResponse, error)

	// Import runs a file of SQL in one transaction. Errors are those of Query and
	// name the statement and its line.
	Import(ctx context.Context, req ImportRequest) (ImportResponse, error)

	// Export gives the database as SQL, read on one snapshot; writes go on
	// meanwhile. It fails with KindSQL for a database with virtual tables, as D1 does.
	Export(ctx context.Context, req ExportRequest) (ExportResponse, error)
}

// Catalog knows which databases there are.
type Catalog interface {
	// CreateDatabase makes an empty database. It fails with KindInvalid for a name
	// that [CheckName] refuses and with KindConflict when the name is taken.
	CreateDatabase(ctx context.Context, req CreateDatabaseRequest) (Database, error)

	// Database finds a database by id or by name and tells its size and number of
	// tables. It fails with KindNotFound.
	Database(ctx context.Context, idOrName string) (Database, error)

	// Databases lists databases by creation, the newest first.
	Databases(ctx context.Context, req ListRequest) (ListResponse, error)

	// DeleteDatabase removes a database and its file. Queries under way on it end
	// first; later ones fail with KindNotFound, as does a second delete.
	DeleteDatabase(ctx context.Context, id DatabaseID) error
}

// CreateDatabaseRequest describes a new database.
type CreateDatabaseRequest struct {
	Name string
	// ID is for tools that must find a database under an id a project already
	// names; empty means a new one. It fails with KindConflict when it exists.
	ID DatabaseID
}

// ListRequest selects a page of databases.
type ListRequest struct {
	Name    string // a part of the name, case ignored; "" for all
	Page    int    // from 1; 0 means 1
	PerPage int    // 1 to 10000; 0 means 1000
}

// ListResponse is a page of databases, and how many there are in all.
type ListResponse struct {
	Databases []Database
	Total     int
}
