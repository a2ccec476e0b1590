// Package cli is the program dione as a person meets it: the table of
// commands, what they print, and how they fail. Commands reach the databases
// through [d1.Service] alone, so that the same command works on a folder it
// opens itself, on a folder another process has open, and over a network.
package cli
