package d1

import (
	"errors"
	"fmt"
)

// Kind says what the caller of a failed call can do about it.
type Kind uint8

// The kinds. Retrying helps for KindUnavailable and for nothing else.
const (
	KindInternal     Kind = iota // our fault: logged in full, answered without detail
	KindInvalid                  // the request is wrong: change it
	KindSQL                      // SQLite or a rule of D1 refused a statement: change it
	KindNotFound                 // no such database
	KindConflict                 // taken, or in the way of something under way
	KindUnauthorized             // no token, or a bad one
	KindForbidden                // the token does not allow this
	KindUnavailable              // too busy or shutting down: try again
	KindDamaged                  // the file of this database is damaged: restore it
)

// Error is the one error type at the boundary of the house. Message is meant
// for the caller; it holds no path, no host and no SQL of others. For KindSQL it
// is D1's text to the letter, without the "D1_ERROR: " that clients put before it.
type Error struct {
	Kind    Kind
	Code    Code
	Message string
	// Statement is the 1-based position of the failed statement where a request
	// or a file has several, and Line the 1-based line it starts on in a file; 0 where unknown.
	Statement, Line int
	cause           error
}

// Errorf makes an Error with a message for the caller.
func Errorf(kind Kind, code Code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Because sets the cause, which is for the log alone, and returns e.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Cause gives the text of what lies behind err, for the log; "" where there is nothing more to say.
func Cause(err error) string {
	e := AsError(err)
	if e.cause == nil {
		return ""
	}
	return e.cause.Error()
}

// AsError gives the Error inside err. Anything else becomes a KindInternal one
// whose message says nothing and whose cause is err. It is nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: KindInternal, Code: CodeInternal, Message: "internal error", cause: err}
}

// KindOf gives the kind of err, KindInternal for a foreign error.
func KindOf(err error) Kind {
	if err == nil {
		return KindInternal
	}
	return AsError(err).Kind
}
