package npm

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dione-db/dione/internal/durable"
)

// unpackFile unpacks a packed file whose hash was checked.
func unpackFile(path, dir string, only []string) error {
	f, err := os.Open(path) //nolint:gosec // a file of the cache
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	return Unpack(f, dir, only)
}

// Unpack writes the regular files of a packed package below dir, which it makes,
// without the first folder of their names ("package" in most). Links, devices,
// and whatever else a tar file can hold are left out; a name that leads out of
// the folder is an error. Files are executable for all or for nobody. With only,
// the others are skipped, and reading ends after the last that was asked for.
func Unpack(r io.Reader, dir string, only []string) error {
	if err := durable.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	gz, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	tr := tar.NewReader(gz)
	left := len(only)
	for len(only) == 0 || left > 0 {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := entryName(h)
		if err != nil {
			return err
		}
		if name == "" || len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		left--
		if err := writeEntry(tr, filepath.Join(dir, filepath.FromSlash(name)), h.Mode&0o111 != 0); err != nil {
			return err
		}
	}
	return nil
}

// entryName is the path of a file in the package, "" for what is no file of it.
func entryName(h *tar.Header) (string, error) {
	_, name, ok := strings.Cut(strings.TrimPrefix(h.Name, "./"), "/")
	if h.Typeflag != tar.TypeReg || !ok || name == "" {
		return "", nil
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains(name, "\\") {
		return "", fmt.Errorf("%q leads out of the package", h.Name)
	}
	return name, nil
}

// writeEntry writes one file of the package.
func writeEntry(r io.Reader, path string, executable bool) error {
	if err := durable.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	perm := os.FileMode(0o644)
	if executable {
		perm = 0o755
	}
	f, err := durable.NewFile(path, perm)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Commit()
}
