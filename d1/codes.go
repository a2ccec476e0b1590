package d1

// Code is the stable number of an error, as the REST API gives it.
type Code int

// The codes. Numbers below 10000 are those of D1's REST API.
const (
	CodeSQL             Code = 7500 // SQLite refused the statement
	CodeInternal        Code = 7501
	CodeNameTaken       Code = 7502
	CodeNotFound        Code = 7404
	CodeInvalidRequest  Code = 7400
	CodeInvalidName     Code = 7406
	CodeOverloaded      Code = 7429
	CodeTimeout         Code = 7408
	CodeCanceled        Code = 7499
	CodeShuttingDown    Code = 7503
	CodeDamaged         Code = 7510
	CodeStorage         Code = 7511 // the disk is full, read-only, or failing
	CodeTooLarge        Code = 7413
	CodeUnauthenticated Code = 10000
	CodeForbidden       Code = 10001
)

// Texts of D1 that client libraries match on, to the letter.
const (
	TextOverloaded    = "D1 DB is overloaded. Too many requests queued."
	TextQueuedTooLong = "D1 DB is overloaded. Requests queued for too long."
	TextTimeout       = "D1 DB storage operation exceeded timeout which caused object to be reset."
	TextMaxSize       = "Exceeded maximum DB size."
	TextNoStatements  = "No SQL statements detected."
	TextNoStatement   = "SQL code did not contain a statement."
	TextParamCount    = "Wrong number of parameter bindings for SQL query."
	TextMultiParams   = "When executing multiple SQL statements in a single call, only the last statement can have parameters."
	TextTransaction   = "To execute a transaction, please use the state.storage.transaction() or " +
		"state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements. " +
		"The JavaScript API is safer because it will automatically roll back on exceptions, and because it " +
		"interacts correctly with Durable Objects' automatic atomic write coalescing."
)
