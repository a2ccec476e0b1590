// Package d1 is the vocabulary of Dione: what a database, a statement, a
// result, a session and an error are, and [Service], the one door through
// which every desk reaches the databases. It imports the standard library
// alone and holds no behaviour beyond the spelling of its own values.
package d1
