package project

import (
	"encoding/json"
	"maps"
	"os"
	"testing"
)

// recording is testdata/dotenv.json: what dotenv 16.3.1 and dotenv-expand 12.0.2,
// which wrangler uses, made of texts of ours.
type recording struct {
	Parse  []dotenvCase `json:"Parse"`
	Expand []dotenvCase `json:"Expand"`
}

type dotenvCase struct {
	Text    string            `json:"Text"`
	Environ map[string]string `json:"Environ"`
	Want    map[string]string `json:"Want"`
}

func TestDotenvLikeTheNpmPackages(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/dotenv.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Parse) == 0 || len(r.Expand) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range r.Parse {
		list, _ := parseDotenv([]byte(c.Text))
		compare(t, c, list)
	}
	for _, c := range r.Expand {
		list, _ := parseDotenv([]byte(c.Text))
		compare(t, c, expand(list, c.Environ))
	}
}

func compare(t *testing.T, c dotenvCase, list []assignment) {
	t.Helper()
	got := map[string]string{}
	for _, a := range list {
		got[a.name] = a.value
	}
	if !maps.Equal(got, c.Want) {
		t.Errorf("%q gives %q, want %q", c.Text, got, c.Want)
	}
}
