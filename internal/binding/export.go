package binding

import (
	"context"
	"math"

	"github.com/dione-db/dione/d1"
)

// exportSQL is how wrangler asks the D1 of a local workerd for an export, with
// what to leave out as its first two parameters (schema, data: 0 or 1) and the
// names of tables as the others. It is no pragma of SQLite.
const exportSQL = "PRAGMA miniflare_d1_export(?,?,?);"

// exportRequest reads an export out of statements that are one.
func exportRequest(id d1.DatabaseID, stmts []d1.Statement) (d1.ExportRequest, bool) {
	if len(stmts) != 1 || stmts[0].SQL != exportSQL || stmts[0].Params.Len() < 2 {
		return d1.ExportRequest{}, false
	}
	req := d1.ExportRequest{Database: id}
	var flags []bool
	stmts[0].Params.Each(func(tag byte, bits uint64, data []byte) {
		switch {
		case tag == 't':
			req.Tables = append(req.Tables, string(data))
		case len(flags) < 2:
			flags = append(flags, tag == 'f' && math.Float64frombits(bits) != 0)
		}
	})
	if len(flags) < 2 {
		return d1.ExportRequest{}, false
	}
	req.NoSchema, req.NoData = flags[0], flags[1]
	return req, true
}

// export answers an export: one result, whose only row is the lines.
func (d *Desk) export(ctx context.Context, req d1.ExportRequest) (d1.QueryResponse, error) {
	resp, err := d.o.Service.Export(ctx, req)
	if err != nil {
		return d1.QueryResponse{}, err
	}
	rows := []byte("[[")
	for i, line := range resp.Lines {
		if i > 0 {
			rows = append(rows, ',')
		}
		rows = d1.AppendString(rows, line)
	}
	result := d1.Result{Rows: d1.Rows{JSON: append(rows, "]]"...), Count: 1}}
	return d1.QueryResponse{Results: []d1.Result{result}}, nil
}
