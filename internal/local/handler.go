package local

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/dione-db/dione/d1"
)

// importMax is the largest file that is imported, in bytes: it is held in memory as a whole.
const importMax = 4 << 30

// callMax is the largest of all other calls, in bytes.
const callMax = 1 << 30

// NewHandler serves all of svc to whoever reaches it. Failures that are not the
// caller's are written to log.
func NewHandler(svc d1.Service, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+pathQuery, serve(log, func(ctx context.Context, q query) (d1.QueryResponse, error) {
		req, err := q.request()
		if err != nil {
			return d1.QueryResponse{}, err
		}
		return svc.Query(ctx, req)
	}))
	mux.Handle("POST "+pathImport, serveImport(log, svc))
	mux.Handle("POST "+pathExport, serve(log, svc.Export))
	mux.Handle("POST "+pathCreate, serve(log, svc.CreateDatabase))
	mux.Handle("POST "+pathDatabase, serve(log, svc.Database))
	mux.Handle("POST "+pathDatabases, serve(log, svc.Databases))
	mux.Handle("POST "+pathDelete, serve(log, func(ctx context.Context, id d1.DatabaseID) (none, error) {
		return none{}, svc.DeleteDatabase(ctx, id)
	}))
	return mux
}

// serve makes the handler of one method.
func serve[In, Out any](log *slog.Logger, call func(context.Context, In) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in In
		var out reply[Out]
		err := decodeCall(r, &in)
		if err == nil {
			out.Value, err = call(r.Context(), in)
		}
		answer(w, r, log, out, err)
	})
}

// decodeCall reads the arguments of a call, and the body to its end: only then
// does net/http notice a client that goes away.
func decodeCall(r *http.Request, in any) error {
	var body bytes.Buffer
	if err := readAll(&body, r, callMax); err != nil {
		return err
	}
	if err := gob.NewDecoder(&body).Decode(in); err != nil {
		return d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest,
			"the call is garbled; is it from another version of dione?").Because(err)
	}
	return nil
}

// serveImport makes the handler of Import.
func serveImport(log *slog.Logger, svc d1.Service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var out reply[d1.ImportResponse]
		var body bytes.Buffer
		err := readAll(&body, r, importMax)
		if err == nil {
			id := d1.DatabaseID(r.URL.Query().Get(paramDatabase))
			out.Value, err = svc.Import(r.Context(), d1.ImportRequest{Database: id, SQL: body.Bytes()})
		}
		answer(w, r, log, out, err)
	})
}

// readAll reads the body of r, at most limit bytes. What it says of its length is
// believed: only the owner of the data can say it.
func readAll(body *bytes.Buffer, r *http.Request, limit int64) error {
	if r.ContentLength <= limit {
		body.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead)
		n, err := body.ReadFrom(io.LimitReader(r.Body, limit+1))
		if err != nil {
			return d1.Errorf(d1.KindInvalid, d1.CodeInvalidRequest, "the call was cut off after %d bytes", n).Because(err)
		}
		if n <= limit {
			return nil
		}
	}
	_, _ = io.Copy(io.Discard, r.Body) // so that the caller comes to reading the answer
	return d1.Errorf(d1.KindInvalid, d1.CodeTooLarge, "the call has more than %d bytes; split it", limit)
}

// answer sends the reply of a call and writes failures of the node to the log.
func answer[Out any](w http.ResponseWriter, r *http.Request, log *slog.Logger, out reply[Out], err error) {
	out.Failure = failureOf(err)
	if f := out.Failure; f != nil && r.Context().Err() == nil &&
		(f.Kind == d1.KindInternal || f.Kind == d1.KindDamaged || f.Code == d1.CodeStorage) {
		log.LogAttrs(r.Context(), slog.LevelError, "local call failed", slog.String("call", r.URL.Path),
			slog.String("error", err.Error()), slog.String("cause", f.Cause))
	}
	w.Header().Set("Content-Type", "application/x-gob")
	if err := gob.NewEncoder(w).Encode(&out); err != nil && r.Context().Err() == nil {
		log.LogAttrs(r.Context(), slog.LevelWarn, "local answer not sent", slog.String("error", fmt.Sprint(err)))
	}
}
