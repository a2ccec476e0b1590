package config_test

import (
	"testing"

	"github.com/dione-db/dione/internal/config"
)

func TestDataDir(t *testing.T) {
	for _, c := range []struct {
		name, flag, dir string
		env             map[string]string
		want            string // "" for an error
	}{
		{"flag wins", "/a", "/w", map[string]string{"DIONE_DATA": "/b", "XDG_DATA_HOME": "/x", "HOME": "/h"}, "/a"},
		{"relative flag", "a/../b", "/w", nil, "/w/b"},
		{"relative flag, folder not known", "a", "", nil, ""},
		{"variable", "", "/w", map[string]string{"DIONE_DATA": "/b", "XDG_DATA_HOME": "/x"}, "/b"},
		{"relative variable", "", "/w", map[string]string{"DIONE_DATA": "b"}, "/w/b"},
		{"base directory", "", "/w", map[string]string{"XDG_DATA_HOME": "/x", "HOME": "/h"}, "/x/dione"},
		{"relative base directory is ignored", "", "/w", map[string]string{"XDG_DATA_HOME": "x", "HOME": "/h"}, "/h/.local/share/dione"},
		{"home", "", "/w", map[string]string{"HOME": "/h"}, "/h/.local/share/dione"},
		{"nothing", "", "/w", nil, ""},
	} {
		got, err := config.DataDir(c.flag, c.dir, func(k string) string { return c.env[k] })
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}
