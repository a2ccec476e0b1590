package obs_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/obs"
)

func TestNewLoggerWritesLinesOfItsLevelInItsFormat(t *testing.T) {
	for _, format := range []string{obs.FormatText, obs.FormatJSON} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			log, err := obs.NewLogger(&out, format, slog.LevelInfo)
			if err != nil {
				t.Fatal(err)
			}
			log.Debug("too quiet")
			log.Info("node ready", slog.Int("databases", 3))
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if len(lines) != 1 || !strings.Contains(lines[0], "node ready") {
				t.Fatalf("log %q, want one line that says \"node ready\"", out.String())
			}
			if isJSON := json.Valid([]byte(lines[0])); isJSON != (format == obs.FormatJSON) {
				t.Errorf("line %q is JSON: %v", lines[0], isJSON)
			}
		})
	}
}

func TestNewLoggerRefusesAnUnknownFormat(t *testing.T) {
	if _, err := obs.NewLogger(&bytes.Buffer{}, "xml", slog.LevelInfo); err == nil || !strings.Contains(err.Error(), `"xml"`) {
		t.Errorf("error %v, want one that names \"xml\"", err)
	}
}

func TestParseLevel(t *testing.T) {
	tests := []struct {
		in   string
		want slog.Level
		ok   bool
	}{
		{"debug", slog.LevelDebug, true},
		{"INFO", slog.LevelInfo, true},
		{"Warn", slog.LevelWarn, true},
		{"error", slog.LevelError, true},
		{"loud", 0, false},
		{"", 0, false},
	}
	for _, tt := range tests {
		got, err := obs.ParseLevel(tt.in)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("ParseLevel(%q) = %v, %v; want %v, ok %v", tt.in, got, err, tt.want, tt.ok)
		}
	}
}
