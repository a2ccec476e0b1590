package binding_test

import (
	"context"
	"io"
	"reflect"
	"testing"

	"github.com/dione-db/dione/d1"
)

// exportingService notes exports and answers each with two lines.
type exportingService struct {
	scriptedService

	asked []d1.ExportRequest
}

func (s *exportingService) Export(_ context.Context, req d1.ExportRequest) (d1.ExportResponse, error) {
	s.asked = append(s.asked, req)
	if len(req.Tables) == 1 && req.Tables[0] == "virtual" {
		return d1.ExportResponse{}, d1.Errorf(d1.KindSQL, d1.CodeSQL, "cannot export")
	}
	return d1.ExportResponse{Lines: []string{`A "quoted" line;`, "B;"}}, nil
}

func TestLocalExport(t *testing.T) {
	const meta = `"meta":{"served_by":"","served_by_primary":false,"timings":{"sql_duration_ms":0},"duration":0,"changes":0,"last_row_id":0,"changed_db":false,"size_after":0,"rows_read":0,"rows_written":0}}]`
	const lines = `[{"success":true,"results":[["A \"quoted\" line;","B;"]],` + meta
	for _, tt := range []struct {
		name, params, want string
		asked              d1.ExportRequest
	}{
		{"all", "[0,0]", lines, d1.ExportRequest{}},
		{"no data", "[0,1]", lines, d1.ExportRequest{NoData: true}},
		{"tables without schema", `[1,0,"a","b"]`, lines, d1.ExportRequest{NoSchema: true, Tables: []string{"a", "b"}}},
		{"a failure", `[0,0,"virtual"]`, `{"success":false,"error":"cannot export"}`, d1.ExportRequest{Tables: []string{"virtual"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			svc := &exportingService{}
			got := ask(t, newDesk(svc, io.Discard), "/query?resultsFormat=ROWS_AND_COLUMNS",
				`{"sql":"PRAGMA miniflare_d1_export(?,?,?);","params":`+tt.params+`}`)
			if got != tt.want {
				t.Errorf("answer\n%s\nwant\n%s", got, tt.want)
			}
			if len(svc.asked) != 1 {
				t.Fatalf("%d exports, want 1", len(svc.asked))
			}
			svc.asked[0].Database = ""
			if !reflect.DeepEqual(svc.asked[0], tt.asked) {
				t.Errorf("asked %+v, want %+v", svc.asked[0], tt.asked)
			}
		})
	}
	svc := &exportingService{}
	ask(t, newDesk(svc, io.Discard), "/query", `{"sql":"PRAGMA miniflare_d1_export(?,?,?);","params":[0]}`)
	if len(svc.asked) != 0 || len(svc.calls) != 1 {
		t.Error("one parameter is no export: SQLite should refuse it")
	}
}
