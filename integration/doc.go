// Package integration asks Dione and the reference program the same thing and
// compares the answers. The reference is workerd: the D1 server built into it,
// and its bare SQL engine as a cross-check. What may differ is listed in
// [Accepted] and explained in docs/reference/differences.md.
//
// It is a module of its own because it needs what the product does not: a
// workerd process, Workers of its own, and minutes.
package integration
