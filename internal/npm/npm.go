// Package npm gets one package, by version and hash, from the npm registry that
// the user has configured. Nothing of npm itself is needed: the settings are
// read from where npm reads them, and no registry is named in this program.
//
// # The cache
//
// A package is unpacked once, into a folder of the cache that is named like the
// file that "npm pack" makes, without its ending:
//
//	<cache>/cloudflare-workerd-linux-64-1.20261117.1/package.json
//	<cache>/cloudflare-workerd-linux-64-1.20261117.1/bin/workerd
//
// Where a [Package] names only some files, a hash of their names is appended to
// the name of the folder. A machine without a network works when its cache holds
// that folder, copied from elsewhere, or the packed file itself, which is then
// checked like a downloaded one:
//
//	<cache>/cloudflare-workerd-linux-64-1.20261117.1.tgz
//
// A folder is complete from the moment it has its name. Fetchers of one cache, in
// one process or several, do not disturb each other.
package npm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dione-db/dione/internal/durable"
)

// Package pins what is fetched. Nothing is used before its hash was checked.
type Package struct {
	// Name is the name in the registry, with its scope.
	Name string
	// Version is exact, never a range.
	Version string
	// Integrity is the hash of the packed file as registries and lock files
	// spell it: "sha512-" and 64 bytes in base64.
	Integrity string
	// Only selects files, by their paths in the package; empty means all.
	Only []string
}

// String is the name that npm's commands understand.
func (p Package) String() string { return p.Name + "@" + p.Version }

// packName is what "npm pack" calls the package's file, without the ending.
func (p Package) packName() string {
	return strings.ReplaceAll(strings.TrimPrefix(p.Name, "@"), "/", "-") + "-" + p.Version
}

// folderName is the name of the unpacked package in the cache.
func (p Package) folderName() string {
	if len(p.Only) == 0 {
		return p.packName()
	}
	sum := sha256.Sum256([]byte(strings.Join(p.Only, "\n")))
	return p.packName() + "-" + hex.EncodeToString(sum[:4])
}

// Fetcher fetches packages into one cache. Its fields are not changed while it
// is in use; its methods may be called concurrently.
type Fetcher struct {
	// CacheDir is made when it is missing.
	CacheDir string
	// ProjectDir is the folder whose .npmrc counts before the user's; empty
	// means none.
	ProjectDir string
	// Progress is told how a download goes, from the goroutine of the caller of
	// Fetch; nil means nobody wants to know.
	Progress func(Event)
	// Environ is the environment in the form of [os.Environ]; nil means that of
	// the process.
	Environ []string
	// RetryDelay is the pause before the second attempt of a download; it
	// doubles with every further one. 0 means half a second.
	RetryDelay time.Duration
}

// Fetch returns the folder of the unpacked package, from the cache or else from
// the registry. Errors: [ErrNoRegistry], [ErrNotFound], [*HashError], and what
// network and disk have to say; each says what to change.
func (f *Fetcher) Fetch(ctx context.Context, p Package) (string, error) {
	want, err := parseIntegrity(p.Integrity)
	if err != nil {
		return "", fmt.Errorf("%s: %w", p, err)
	}
	dir := filepath.Join(f.CacheDir, p.folderName())
	if complete(dir, p) {
		return dir, nil
	}
	if err := durable.MkdirAll(f.CacheDir, 0o755); err != nil {
		return "", fmt.Errorf("fetch %s: %w", p, err)
	}
	f.sweep()
	tmp, err := durable.TempDir(f.CacheDir, tempPrefix+"*")
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", p, err)
	}
	defer durable.RemoveAll(tmp) //nolint:errcheck // swept by a later fetch
	packed := filepath.Join(f.CacheDir, p.packName()+".tgz")
	if err := checkFile(packed, want); errors.Is(err, fs.ErrNotExist) {
		packed = filepath.Join(tmp, "package.tgz")
		if err := f.download(ctx, p, want, packed); err != nil {
			return "", f.explain(p, err)
		}
	} else if err != nil {
		return "", fmt.Errorf("%s in the cache: %w", filepath.Base(packed), err)
	}
	fresh := filepath.Join(tmp, "package")
	if err := unpackFile(packed, fresh, p.Only); err != nil {
		return "", fmt.Errorf("unpack %s: %w", p, err)
	}
	if !complete(fresh, p) {
		return "", fmt.Errorf("unpack %s: it is not that package, or lacks a file that was asked for", p)
	}
	if err := install(fresh, dir, tmp, p); err != nil {
		return "", fmt.Errorf("fetch %s: %w", p, err)
	}
	return dir, nil
}

// explain adds to the error of a download what else can be done. A wrong hash
// stays alone: there is no way around it.
func (f *Fetcher) explain(p Package, err error) error {
	if _, wrong := errors.AsType[*HashError](err); wrong || errors.Is(err, context.Canceled) {
		return fmt.Errorf("fetch %s: %w", p, err)
	}
	return fmt.Errorf("fetch %s: %w\n(without a network: make the file %s.tgz with \"npm pack %s\" elsewhere and put it into %s)",
		p, err, p.packName(), p, f.CacheDir)
}

// install gives the unpacked folder its place. Another fetcher may have been
// faster: its folder is as good. An incomplete one, which only a person can have
// made, is moved out of the way.
func install(fresh, dir, tmp string, p Package) error {
	err := durable.Rename(fresh, dir)
	if err == nil || complete(dir, p) {
		return nil
	}
	if err := durable.Rename(dir, filepath.Join(tmp, "incomplete")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := durable.Rename(fresh, dir); err != nil && !complete(dir, p) {
		return err
	}
	return nil
}

// complete says whether the folder holds the package, or the files of it that
// were asked for.
func complete(dir string, p Package) bool {
	for _, name := range p.Only {
		fi, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !fi.Mode().IsRegular() {
			return false
		}
	}
	if len(p.Only) > 0 {
		return true
	}
	b, err := os.ReadFile(filepath.Join(dir, "package.json")) //nolint:gosec // a file of the cache
	if err != nil {
		return false
	}
	var manifest struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	return json.Unmarshal(b, &manifest) == nil && manifest.Name == p.Name && manifest.Version == p.Version
}

// tempPrefix begins the names of folders of fetches under way.
const tempPrefix = ".fetch-"

// sweep removes what fetches that were killed have left, once it is a day old.
func (f *Fetcher) sweep() {
	list, err := os.ReadDir(f.CacheDir)
	if err != nil {
		return
	}
	for _, e := range list {
		fi, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), tempPrefix) && time.Since(fi.ModTime()) > 24*time.Hour {
			_ = durable.RemoveAll(filepath.Join(f.CacheDir, e.Name()))
		}
	}
}
