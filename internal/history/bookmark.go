// Package history gives a place in the life of a database its name: the
// bookmark that clients carry from one request to the next.
package history

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"github.com/dione-db/dione/d1"
)

// EndSeq is a commit number that no commit has: it stands for the end of an
// incarnation. Who counts commits starts a new incarnation before reaching it.
const EndSeq = ^uint32(0)

// What decoding refuses. To a session both mean the same: ask the primary.
var (
	ErrFormat  = errors.New("text is no bookmark")
	ErrForeign = errors.New("bookmark does not belong to this database")
)

// Position is a place in the life of one database. Positions are ordered by
// incarnation, then by commit; the day never goes back along that order.
type Position struct {
	// Incarnation grows whenever the count of commits starts anew: with each start of the
	// server and when the count is used up.
	Incarnation uint32
	// Seq counts the commits of the incarnation; 0 is its beginning.
	Seq uint32
	// Day is the UTC day of the commit, counted from 1970, so that an expired
	// bookmark can be told without a look-up.
	Day uint32
	// TXID is the number of the transaction in the recorded history; 0 where none is recorded.
	TXID uint64
}

// Includes tells whether a database at p has everything that q stands for.
func (p Position) Includes(q Position) bool {
	return p.Incarnation > q.Incarnation || p.Incarnation == q.Incarnation && p.Seq >= q.Seq
}

// The text of a bookmark, all digits hexadecimal and lower case so that it sorts
// the same by bytes and by the collation JavaScript's localeCompare uses:
//
//	offset  length  what
//	     0       8  incarnation
//	     9       8  commit number
//	    18       8  day
//	    27      32  sealed block
//
// with "-" between. The sealed block is one AES block, encrypted with a key of this database:
//
//	offset  length  what
//	     0       8  TXID, big endian
//	     8       8  the first bytes of the AES block, under a second key of this database, of the
//	                three clear fields and four zero bytes
//
// so that a bookmark of another database, or one made up by hand, is recognised
// but for one in 2^64, whichever fields were changed.
const (
	textLength  = 8 + 1 + 8 + 1 + 8 + 1 + 32
	offsetSeq   = 9
	offsetDay   = 18
	offsetBlock = 27
)

// Codec makes and reads the bookmarks of one database. Any number of goroutines
// may use it.
type Codec struct {
	seal cipher.Block // of the last group
	tag  cipher.Block // of the clear fields
}

// NewCodec derives the keys of one database from the secret of the node.
func NewCodec(secret []byte, id d1.DatabaseID) *Codec {
	h := sha256.New()
	h.Write([]byte("bookmark\x00"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(secret))))
	h.Write(secret)
	h.Write([]byte(id))
	key := h.Sum(nil)
	return &Codec{seal: block(key[:16]), tag: block(key[16:])}
}

// block makes an AES-128 cipher; key has 16 bytes.
func block(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the length is ours
	}
	return b
}

// Encode gives the bookmark of p.
func (c *Codec) Encode(p Position) d1.Bookmark {
	var sealed [aes.BlockSize]byte
	binary.BigEndian.PutUint64(sealed[:], p.TXID)
	c.putTag(sealed[8:], p)
	c.seal.Encrypt(sealed[:], sealed[:])

	var text [textLength]byte
	putHex(text[:8], p.Incarnation)
	text[offsetSeq-1] = '-'
	putHex(text[offsetSeq:], p.Seq)
	text[offsetDay-1] = '-'
	putHex(text[offsetDay:], p.Day)
	text[offsetBlock-1] = '-'
	hex.Encode(text[offsetBlock:], sealed[:])
	return d1.Bookmark(text[:])
}

// Decode reads a bookmark. It fails with [ErrFormat] for a text of another
// shape (upper case included: [Codec.Encode] gives one spelling) and with
// [ErrForeign] for a bookmark that this codec did not make.
func (c *Codec) Decode(b d1.Bookmark) (Position, error) {
	var p Position
	if len(b) != textLength || b[offsetSeq-1] != '-' || b[offsetDay-1] != '-' || b[offsetBlock-1] != '-' {
		return Position{}, ErrFormat
	}
	var sealed [aes.BlockSize]byte
	ok := readHex(&p.Incarnation, b[:8]) && readHex(&p.Seq, b[offsetSeq:]) && readHex(&p.Day, b[offsetDay:])
	for i := 0; i < len(sealed) && ok; i += 4 {
		var word uint32
		ok = readHex(&word, b[offsetBlock+2*i:])
		binary.BigEndian.PutUint32(sealed[i:], word)
	}
	if !ok {
		return Position{}, ErrFormat
	}
	c.seal.Decrypt(sealed[:], sealed[:])
	p.TXID = binary.BigEndian.Uint64(sealed[:])
	var want [8]byte
	c.putTag(want[:], p)
	if subtle.ConstantTimeCompare(sealed[8:], want[:]) != 1 {
		return Position{}, ErrForeign
	}
	return p, nil
}

// putTag writes the 8 bytes that bind the clear fields of p to this database.
func (c *Codec) putTag(dst []byte, p Position) {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint32(b[:], p.Incarnation)
	binary.BigEndian.PutUint32(b[4:], p.Seq)
	binary.BigEndian.PutUint32(b[8:], p.Day)
	c.tag.Encrypt(b[:], b[:])
	copy(dst, b[:8])
}

// putHex writes v as 8 digits.
func putHex(dst []byte, v uint32) {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], v)
	hex.Encode(dst, b[:])
}

// readHex reads the first 8 digits of s, lower case only; false when they are none.
func readHex(v *uint32, s d1.Bookmark) bool {
	var n uint32
	for i := range 8 {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = n<<4 | uint32(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | uint32(c-'a'+10)
		default:
			return false
		}
	}
	*v = n
	return true
}
