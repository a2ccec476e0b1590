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

// handOver makes b[:size] the rows, in memory of their own size where b is much larger.
func handOver(rows *d1.Rows, b []byte, size int) {
	switch {
	case size < len(b)/2:
		rows.JSON = append(rows.JSON, b[:size]...)
		recycle(b)
	case len(b) < recycledMin:
		rows.JSON = b[:size:size]
	default:
		rows.JSON = b[:size:size]
		var done atomic.Bool
		rows.Recycle = func() {
			if done.CompareAndSwap(false, true) {
				recycle(b)
			}
		}
	}
}

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
