package auth

import (
	"context"
	"log/slog"

	"github.com/dione-db/dione/d1"
)

// Guard refuses what the caller in the context may not do and passes on the
// rest. It names every method of the service rather than embed it: a method
// added later must not compile until someone decides who may call it.
//
// Every change to the node, allowed or not, and every refusal leaves one line
// in the log; a query that is allowed leaves none.
type Guard struct {
	next d1.Service
	log  *slog.Logger
}

// NewGuard puts a Guard before next, with log for the audit.
func NewGuard(next d1.Service, log *slog.Logger) *Guard { return &Guard{next: next, log: log} }

// Query implements [d1.Querier]. Any SQL may write, so the caller needs
// AccessWrite to the database.
func (g *Guard) Query(ctx context.Context, req d1.QueryRequest) (d1.QueryResponse, error) {
	if err := g.allow(ctx, "query", AccessWrite, req.Database); err != nil {
		return d1.QueryResponse{}, err
	}
	return g.next.Query(ctx, req)
}

// Import implements [d1.Querier]. It is for callers of the node: an import may
// switch off foreign keys, which a binding cannot.
func (g *Guard) Import(ctx context.Context, req d1.ImportRequest) (d1.ImportResponse, error) {
	if err := g.allowNode(ctx, "import", AccessWrite, string(req.Database)); err != nil {
		return d1.ImportResponse{}, err
	}
	res, err := g.next.Import(ctx, req)
	g.audit(ctx, "import", string(req.Database), err)
	return res, err
}

// Export implements [d1.Querier]. A binding may export its own database, which it can read anyway.
func (g *Guard) Export(ctx context.Context, req d1.ExportRequest) (d1.ExportResponse, error) {
	if err := g.allow(ctx, "export", AccessRead, req.Database); err != nil {
		return d1.ExportResponse{}, err
	}
	return g.next.Export(ctx, req)
}

// CreateDatabase implements [d1.Catalog], for callers of the node.
func (g *Guard) CreateDatabase(ctx context.Context, req d1.CreateDatabaseRequest) (d1.Database, error) {
	if err := g.allowNode(ctx, "create_database", AccessWrite, string(req.ID)); err != nil {
		return d1.Database{}, err
	}
	db, err := g.next.CreateDatabase(ctx, req)
	g.audit(ctx, "create_database", string(db.ID), err)
	return db, err
}

// Database implements [d1.Catalog], for callers of the node: a name could be
// that of any database.
func (g *Guard) Database(ctx context.Context, idOrName string) (d1.Database, error) {
	if err := g.allowNode(ctx, "database", AccessRead, idOrName); err != nil {
		return d1.Database{}, err
	}
	return g.next.Database(ctx, idOrName)
}

// Databases implements [d1.Catalog], for callers of the node.
func (g *Guard) Databases(ctx context.Context, req d1.ListRequest) (d1.ListResponse, error) {
	if err := g.allowNode(ctx, "databases", AccessRead, ""); err != nil {
		return d1.ListResponse{}, err
	}
	return g.next.Databases(ctx, req)
}

// DeleteDatabase implements [d1.Catalog], for callers of the node.
func (g *Guard) DeleteDatabase(ctx context.Context, id d1.DatabaseID) error {
	if err := g.allowNode(ctx, "delete_database", AccessWrite, string(id)); err != nil {
		return err
	}
	err := g.next.DeleteDatabase(ctx, id)
	g.audit(ctx, "delete_database", string(id), err)
	return err
}

// allow returns nil where the caller has the access want to the database id.
func (g *Guard) allow(ctx context.Context, method string, want Access, id d1.DatabaseID) error {
	c := CallerOf(ctx)
	if c != nil && c.Access >= want && (c.Node || id != "" && id == c.Database) {
		return nil
	}
	return g.refuse(ctx, c, method, string(id))
}

// allowNode returns nil where the caller has the access want to the whole node. about
// names the database in question for the log.
func (g *Guard) allowNode(ctx context.Context, method string, want Access, about string) error {
	c := CallerOf(ctx)
	if c != nil && c.Node && c.Access >= want {
		return nil
	}
	return g.refuse(ctx, c, method, about)
}

// refuse writes a refusal to the log and makes its error: KindUnauthorized for
// a caller nobody knows, KindForbidden for one who may not.
func (g *Guard) refuse(ctx context.Context, c *Caller, method, about string) error {
	name := ""
	err := d1.Errorf(d1.KindUnauthorized, d1.CodeUnauthenticated, "the request does not say who sends it; send a token")
	switch {
	case c == nil:
	case c.Node:
		name = c.Name
		err = d1.Errorf(d1.KindForbidden, d1.CodeForbidden, "this token does not allow changes; use one that does")
	default:
		name = c.Name
		err = d1.Errorf(d1.KindForbidden, d1.CodeForbidden,
			"this token only runs queries on its own database; use one for the whole node")
	}
	g.log.LogAttrs(ctx, slog.LevelWarn, "call refused", slog.String("method", method),
		slog.String("caller", name), slog.String("database", about))
	return err
}

// audit writes down a change to the node that was allowed, and whether it succeeded.
func (g *Guard) audit(ctx context.Context, method, database string, err error) {
	c := CallerOf(ctx)
	g.log.LogAttrs(ctx, slog.LevelInfo, "call allowed", slog.String("method", method),
		slog.String("caller", c.Name), slog.String("database", database), slog.Bool("succeeded", err == nil))
}
