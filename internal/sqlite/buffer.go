package sqlite

import (
	"sync"
	"sync/atomic"

	"github.com/dione-db/dione/d1"
)

const (
	// No result's first buffer is larger, whatever the last one was.
	maxGuess = 4 << 20
	// Buffers from here on are used again: fresh memory for them costs the
	// processor as much as a third of filling it.
	recycledMin = 64 << 10
	// Larger ones are left to the garbage collector.
	recycledMax = 16 << 20
)

// buffers has memory of large results, each a *[]byte.
//
//nolint:gochecknoglobals // shared by all connections, so that its size follows what runs at once; holds no state
var buffers sync.Pool

// buffer is memory of at least size bytes.
func buffer(size int) []byte {
	if size < recycledMin {
		return make([]byte, size)
	}
	if b, ok := buffers.Get().(*[]byte); ok {
		if len(*b) >= size {
			return *b
		}
		buffers.Put(b) // for a smaller result
	}
	return make([]byte, size)
}

// recycle takes memory that nobody reads or writes any more.
func recycle(b []byte) {
	if len(b) >= recycledMin && len(b) <= recycledMax {
		buffers.Put(&b)
	}
}

// largeRows is the memory of one large result.
type largeRows struct {
	b    []byte
	back atomic.Bool // given back: doing it twice must do no harm
}

// Recycle implements [d1.Recycler].
func (l *largeRows) Recycle() {
	if l.back.CompareAndSwap(false, true) {
		recycle(l.b)
	}
}

// handOver makes b[:size] the rows, in memory of their own size where b is much larger.
func handOver(rows *d1.Rows, b []byte, size int) {
	if size < len(b)/2 {
		rows.JSON = append(rows.JSON, b[:size]...)
		recycle(b)
		return
	}
	rows.JSON = b[:size:size]
	if len(b) >= recycledMin {
		rows.Lend(&largeRows{b: b})
	}
}

// smallAnswer is the memory of an answer with one small result.
type smallAnswer struct {
	conn    *Conn
	results [1]d1.Result
	json    []byte // empty; first is behind it until a result was larger
	first   [136]byte
}

// smallAnswer gives memory for an answer: that of an earlier one, where its reader gave it back.
func (c *Conn) smallAnswer() *smallAnswer {
	a := c.spare.Swap(nil)
	if a == nil {
		a = &smallAnswer{conn: c}
		a.json = a.first[:0]
	}
	a.results[0] = d1.Result{}
	a.results[0].Rows.JSON = a.json
	return a
}

// lend has the answer's reader give it back; large rows have their own owner.
func (a *smallAnswer) lend() {
	rows := &a.results[0].Rows
	if len(rows.JSON) <= smallResult {
		a.json = rows.JSON[:0]
		rows.Lend(a)
	}
}

// Recycle implements [d1.Recycler]. The reader may be another goroutine than the connection's.
func (a *smallAnswer) Recycle() { a.conn.spare.Store(a) }

// guess makes a buffer for a result of about the size of the last one.
func (c *Conn) guess(size int) []byte {
	size = min(size+size/8, maxGuess)
	if limit := c.limits.ResultBytes; limit > 0 {
		size = int(min(int64(size), max(limit, smallResult)))
	}
	return buffer(size)
}

// grow makes more room behind the n bytes in buf, at least need, within the bound
// of a result. Doubling makes it end: need may be less than what a row wants.
func (c *Conn) grow(buf []byte, n, need int) ([]byte, error) {
	if limit := c.limits.ResultBytes; limit > 0 && int64(n) > limit {
		return nil, d1.Errorf(d1.KindSQL, d1.CodeTooLarge,
			"The result is larger than %d MiB as JSON; select fewer rows or columns, or use LIMIT.", limit>>20)
	}
	grown := buffer(max(2*len(buf), n+need+smallResult))
	copy(grown, buf[:n])
	recycle(buf)
	return grown, nil
}
