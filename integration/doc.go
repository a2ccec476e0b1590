// Package integration asks Dione and the reference program the same thing and
// compares the answers. The reference is workerd: the D1 server built into it,
// and its bare SQL engine as a cross-check. What may differ is listed in
// [Accepted] and explained in docs/reference/differences.md.
//
//	go test -run Differential . -args -seed 7 -requests 20000 -every
//	go test -run Killed . -args -rounds 500
//
// A difference is reported as a short list of requests in the spelling of
// testdata/corpus, ready to be added there.
//
// It is a module of its own because it needs what the product does not: a
// workerd process, Workers of its own, and minutes.
package integration
