package app_test

import (
	"context"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/auth"
)

// asCaller makes every call in the name of one caller.
type asCaller struct {
	next   d1.Service
	caller *auth.Caller
}

func (s asCaller) Query(ctx context.Context, req d1.QueryRequest) (d1.QueryResponse, error) {
	return s.next.Query(auth.WithCaller(ctx, s.caller), req)
}

func (s asCaller) Import(ctx context.Context, req d1.ImportRequest) (d1.ImportResponse, error) {
	return s.next.Import(auth.WithCaller(ctx, s.caller), req)
}

func (s asCaller) Export(ctx context.Context, req d1.ExportRequest) (d1.ExportResponse, error) {
	return s.next.Export(auth.WithCaller(ctx, s.caller), req)
}

func (s asCaller) CreateDatabase(ctx context.Context, req d1.CreateDatabaseRequest) (d1.Database, error) {
	return s.next.CreateDatabase(auth.WithCaller(ctx, s.caller), req)
}

func (s asCaller) Database(ctx context.Context, idOrName string) (d1.Database, error) {
	return s.next.Database(auth.WithCaller(ctx, s.caller), idOrName)
}

func (s asCaller) Databases(ctx context.Context, req d1.ListRequest) (d1.ListResponse, error) {
	return s.next.Databases(auth.WithCaller(ctx, s.caller), req)
}

func (s asCaller) DeleteDatabase(ctx context.Context, id d1.DatabaseID) error {
	return s.next.DeleteDatabase(auth.WithCaller(ctx, s.caller), id)
}
