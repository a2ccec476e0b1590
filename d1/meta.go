package d1

import (
	"strconv"
	"time"
)

// Meta is what D1 tells about the run of one statement.
type Meta struct {
	ServedBy        string // free text: who answered
	ServedByRegion  string // "" leaves the field out
	ServedByColo    string // "" leaves the field out
	ServedByPrimary bool
	// SQLDuration is the time spent in SQLite; Duration the same for D1.
	SQLDuration time.Duration
	// Changes counts the rows inserted, updated and deleted, those of triggers,
	// cascades and shadow tables included.
	Changes int64
	// LastRowID is the rowid of the last insert into the database, whoever did
	// it; 0 when nothing was inserted since it was opened first.
	LastRowID int64
	ChangedDB bool
	// SizeAfter is the size of the pages in use after the statement, in bytes.
	SizeAfter     int64
	RowsRead      int64
	RowsWritten   int64
	TotalAttempts int // attempts made on the server's side; 0 leaves the field out
}

// AppendJSON appends m as the JSON object that D1 clients expect, durations in
// milliseconds.
func (m *Meta) AppendJSON(b []byte) []byte {
	b = append(b, `{"served_by":`...)
	b = AppendString(b, m.ServedBy)
	if m.ServedByRegion != "" {
		b = AppendString(append(b, `,"served_by_region":`...), m.ServedByRegion)
	}
	if m.ServedByColo != "" {
		b = AppendString(append(b, `,"served_by_colo":`...), m.ServedByColo)
	}
	b = strconv.AppendBool(append(b, `,"served_by_primary":`...), m.ServedByPrimary)
	b = appendMilliseconds(append(b, `,"timings":{"sql_duration_ms":`...), m.SQLDuration)
	b = appendMilliseconds(append(b, `},"duration":`...), m.SQLDuration)
	b = strconv.AppendInt(append(b, `,"changes":`...), m.Changes, 10)
	b = strconv.AppendInt(append(b, `,"last_row_id":`...), m.LastRowID, 10)
	b = strconv.AppendBool(append(b, `,"changed_db":`...), m.ChangedDB)
	b = strconv.AppendInt(append(b, `,"size_after":`...), m.SizeAfter, 10)
	b = strconv.AppendInt(append(b, `,"rows_read":`...), m.RowsRead, 10)
	b = strconv.AppendInt(append(b, `,"rows_written":`...), m.RowsWritten, 10)
	if m.TotalAttempts > 0 {
		b = strconv.AppendInt(append(b, `,"total_attempts":`...), int64(m.TotalAttempts), 10)
	}
	return append(b, '}')
}

// appendMilliseconds writes d in milliseconds, to the microsecond: 1.234.
func appendMilliseconds(b []byte, d time.Duration) []byte {
	us := max(d.Microseconds(), 0)
	b = strconv.AppendInt(b, us/1000, 10)
	if us %= 1000; us != 0 {
		frac := [4]byte{'.', byte('0' + us/100), byte('0' + us/10%10), byte('0' + us%10)}
		n := len(frac)
		for frac[n-1] == '0' {
			n--
		}
		b = append(b, frac[:n]...)
	}
	return b
}
