package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// place says where an edit's text goes.
type place int

const (
	before  place = iota // on a line of its own before the one that holds the anchor
	after                // on a line of its own after it
	instead              // in place of the anchor itself
)

// edit changes one spot of the amalgamation. The spot is found by text, never by
// number: the region starts at from and ends at the next to, both with what is
// around them, and the anchor must occur in it exactly once. In code, from must
// itself occur once after the start of the interpreter; anywhere else, once in
// the whole file. Any other count fails, so that another release of SQLite
// cannot be counted wrongly in silence.
type edit struct {
	inInterpreter bool
	from, to      string
	anchor        string
	place         place
	text          string
}

// interpreter begins the function that holds the code of all opcodes.
const interpreter = "SQLITE_PRIVATE int sqlite3VdbeExec(\n"

// The counters are fields of the statement: rows that it visited, rows that it
// wrote. See sqlite3_stmt_rowcounts at the end of the file.
const (
	fields  = "  u64 nRowSeen, nRowPut;  /* rows visited and written, for row metering */"
	seen    = "  p->nRowSeen"
	written = "  p->nRowPut"
)

// opcode makes the edit that counts in the code of one opcode, which ends where
// the description of the next one begins.
func opcode(from, anchor string, where place, text string) edit {
	return edit{inInterpreter: true, from: from, to: "\n/* Opcode: ", anchor: anchor, place: where, text: text}
}

// edits are all changes but the function at the end.
func edits() []edit {
	return []edit{
		{from: "struct Vdbe {\n", to: "\n};", anchor: "u32 aCounter[9];", place: after, text: fields},

		// Visited: wherever a cursor arrives at a row.
		opcode("case OP_Count: {", "rc = sqlite3BtreeCount(db, pCrsr, &nEntry);", after, seen+" += (u64)nEntry;"),
		opcode("case OP_SeekGT: {", "if( oc>=OP_SeekGE ){  assert( oc==OP_SeekGE || oc==OP_SeekGT );", before, seen+"++;"),
		opcode("notExistsWithKey:", "pC->seekResult = res;", after, seen+"++;"),
		opcode("case OP_Last: {", "if( pOp->p2>0 ){", before, seen+"++;"),
		opcode("case OP_Rewind: {", "if( pOp->p2>0 ){", before, seen+"++;"),
		opcode("next_tail:", "p->aCounter[pOp->p5]++;", after, seen+"++;"),
		opcode("case OP_VNext: {", "res = pModule->xEof(pCur->uc.pVCur);", before, seen+"++;"),

		// Written: rows of tables and entries of indexes, not those of the tables
		// that SQLite makes for itself within a statement.
		opcode("case OP_Insert: {", "x.pData = pData->z;", before, "  if( !pC->isEphemeral )"+written+"++;"),
		opcode("case OP_Delete: {", "if( opflags & OPFLAG_NCHANGE ){", before, "  if( (opflags & OPFLAG_NCHANGE) && !pC->isEphemeral )"+written+"++;"),
		opcode("case OP_IdxInsert: {", "rc = ExpandBlob(pIn2);", before, "  if( !pC->isEphemeral )"+written+"++;"),
		opcode("case OP_Clear: {", "p->nChange += nChange;", after, "  "+written+" += (u64)nChange;"),
		opcode("case OP_VUpdate: {", "p->nChange++;", after, "    "+written+"++;"),

		// The authorizer learns a table's new name, which SQLite keeps to itself:
		// names that begin with _cf_ are refused here too.
		{
			from: "SQLITE_PRIVATE void sqlite3AlterRenameTable(\n  Parse *pParse,", to: "\n}\n",
			anchor: "sqlite3AuthCheck(pParse, SQLITE_ALTER_TABLE, zDb, pTab->zName, 0)", place: instead,
			text: "sqlite3AuthCheck(pParse, SQLITE_ALTER_TABLE, zDb, pTab->zName, zName)",
		},
	}
}

// accessor is put before accessorMark, which ends the amalgamation.
const (
	accessorMark = "/* Return the source-id for this library */\n"
	accessor     = `/* Row metering: how many rows this statement visited and wrote so far. */
SQLITE_API void sqlite3_stmt_rowcounts(sqlite3_stmt *pStmt, sqlite3_uint64 *pSeen, sqlite3_uint64 *pPut, int bReset){
  Vdbe *p = (Vdbe*)pStmt;
  *pSeen = p->nRowSeen;
  *pPut = p->nRowPut;
  if( bReset ) p->nRowSeen = p->nRowPut = 0;
}

`
)

// patch applies all edits.
func patch(src string) (string, error) {
	for _, e := range edits() {
		var err error
		if src, err = e.apply(src); err != nil {
			return "", err
		}
	}
	if n := strings.Count(src, accessorMark); n != 1 {
		return "", fmt.Errorf("the end, %q, occurs %d times, want once", accessorMark, n)
	}
	return strings.Replace(src, accessorMark, accessor+accessorMark, 1), nil
}

// apply changes one spot.
func (e edit) apply(src string) (string, error) {
	base := 0
	if e.inInterpreter {
		if n := strings.Count(src, interpreter); n != 1 {
			return "", fmt.Errorf("%q occurs %d times, want once", interpreter, n)
		}
		base = strings.Index(src, interpreter)
	}
	if n := strings.Count(src[base:], e.from); n != 1 {
		return "", fmt.Errorf("%q occurs %d times, want once", e.from, n)
	}
	start := base + strings.Index(src[base:], e.from)
	length := strings.Index(src[start:], e.to)
	if length < 0 {
		return "", fmt.Errorf("%q has no end %q", e.from, e.to)
	}
	region := src[start : start+length]
	if n := strings.Count(region, e.anchor); n != 1 {
		return "", fmt.Errorf("after %q the text %q occurs %d times, want once", e.from, e.anchor, n)
	}
	at := start + strings.Index(region, e.anchor)
	switch e.place {
	case before:
		at = strings.LastIndexByte(src[:at], '\n') + 1
		return src[:at] + e.text + "\n" + src[at:], nil
	case after:
		at += strings.IndexByte(src[at:], '\n') + 1
		return src[:at] + e.text + "\n" + src[at:], nil
	case instead:
		return src[:at] + e.text + src[at+len(e.anchor):], nil
	default:
		return "", fmt.Errorf("no place %d", e.place)
	}
}

// editsHash changes whenever an edit does.
func editsHash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%#v%s%s", edits(), accessor, interpreter))
	return hex.EncodeToString(sum[:8])
}
