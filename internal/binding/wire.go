package binding

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/dione-db/dione/d1"
)

// bodyMax is the longest body of a request. A blob of 2 MB is 7 MB of JSON.
const bodyMax = 64 << 20

// drainMax is how much of an unwanted body is read and thrown away, so that the
// client comes to reading the answer and the connection stays usable.
const drainMax = 1 << 30

// firstRead bounds what is set aside for a body before its bytes arrive.
const firstRead = 1 << 20

// readBody reads the body of r into buf, which it may replace. It reads to the end
// in any case: only then does net/http notice a client that goes away.
func readBody(buf []byte, r *http.Request) ([]byte, error) {
	if r.ContentLength > bodyMax {
		drain(r.Body)
		return buf, bodyTooLarge()
	}
	buf = slices.Grow(buf, int(min(max(r.ContentLength, 512), firstRead)))
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf))
		}
		n, err := r.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > bodyMax:
			drain(r.Body)
			return buf, bodyTooLarge()
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest,
				"the request ended after %d bytes of its body; send it again", len(buf)).Because(err)
		}
	}
}

// bodyTooLarge is the error for a body above bodyMax.
func bodyTooLarge() error {
	return d1.Errorf(d1.KindInvalid, d1.CodeTooLarge,
		"the request has more than %d bytes; split the batch, or bind smaller values", bodyMax)
}

// drain throws a body away. What is left after drainMax makes net/http close the connection.
func drain(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, drainMax)
}

// write sends an answer, with the bookmark where there is one. A client that
// does not take it has gone away, and nobody is left to be told.
func (d *Desk) write(w http.ResponseWriter, a *answer, bookmark d1.Bookmark) {
	h := w.Header()
	h["Content-Type"] = d.jsonType
	h["Content-Length"] = []string{strconv.Itoa(a.size())}
	if bookmark != "" {
		h[headerSession] = []string{string(bookmark)}
	}
	_ = a.writeTo(w)
}

// notFound answers everything that is no query. A dump gets it, too: it is gone
// from D1, and this is how the binding learns.
func (d *Desk) notFound(w http.ResponseWriter) {
	const body = `{"error":"Not found"}`
	h := w.Header()
	h["Content-Type"] = d.jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, body)
}
