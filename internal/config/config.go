// Package config knows what the program takes from its surroundings where the
// command line says nothing: above all, which folder holds the data.
package config

import (
	"errors"
	"fmt"
	"path/filepath"
)

// DataVariable is the environment variable that names the data folder.
const DataVariable = "DIONE_DATA"

// errNoHome says that nothing tells where a person's data belongs.
var errNoHome = errors.New("no folder for the data: neither HOME nor " + DataVariable + " is set; name one with --data")

// DataDir gives the absolute path of the data folder: flag where it is not
// empty, else $DIONE_DATA, else the folder "dione" below $XDG_DATA_HOME or
// ~/.local/share. Relative paths start at dir. The folder need not exist.
func DataDir(flag, dir string, getenv func(string) string) (string, error) {
	for _, chosen := range []string{flag, getenv(DataVariable)} {
		if chosen != "" {
			return absolute(chosen, dir)
		}
	}
	// The base directory specification has relative paths ignored.
	if base := getenv("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "dione"), nil
	}
	home := getenv("HOME")
	if home == "" {
		return "", errNoHome
	}
	return filepath.Join(home, ".local", "share", "dione"), nil
}

func absolute(path, dir string) (string, error) {
	if filepath.IsAbs(path) {
		return filepath.Clean(path), nil
	}
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("the data folder %q is relative to a folder that is not known", path)
	}
	return filepath.Join(dir, path), nil
}
