// Package toolchain knows the programs that run Workers: which versions, pinned
// by hash, and where they are on this machine. They are fetched once, from the
// npm registry that the user has configured; package npm says how the cache is
// laid out and how to fill it by hand.
package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/dione-db/dione/internal/npm"
)

const (
	// WorkerdVersion is the version of all platforms' packages. SQLite's version
	// must be that of this workerd: see internal/sqlite/generate.
	WorkerdVersion = "1.20261117.1"
	// WorkerdEnv names a workerd to use instead, fetched and kept by the user.
	WorkerdEnv = "DIONE_WORKERD"
)

// workerdPackage gives the package of a platform. A platform is here once its
// package could be had and its hash was written down.
func workerdPackage(platform string) (npm.Package, bool) {
	var name, integrity string
	switch platform {
	case "linux/amd64":
		name, integrity = "linux-64", "sha512-gZLA8X11m/luZwn+YA3+mDu61vdxNJzpksP/QZqjydKTQ+VUCulsK5gtn9Bqst1p3KJu2kafQpJ1nDQv4B23jA=="
	case "linux/arm64":
		name, integrity = "linux-arm64", "sha512-gxWngFojq41ULKNKb9rpWYvKotN5hT2I/xot+Bpy31cXzrwcTgtDLSMb2t75sW5BJxH7hihFvikgYb577kB3Zg=="
	default:
		return npm.Package{}, false
	}
	return npm.Package{Name: "@cloudflare/workerd-" + name, Version: WorkerdVersion, Integrity: integrity}, true
}

// CacheDir is the folder for what is fetched: dione in the user's cache folder,
// which $XDG_CACHE_HOME moves.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", errors.New("no folder for downloads: set HOME or XDG_CACHE_HOME")
	}
	return filepath.Join(dir, "dione"), nil
}

// Options says where to look.
type Options struct {
	// Workerd is an executable given by hand; empty means the variable
	// DIONE_WORKERD, and without that the pinned package.
	Workerd string
	// CacheDir is where packages are kept; empty means [CacheDir].
	CacheDir string
	// ProjectDir is the project whose .npmrc counts; may be empty.
	ProjectDir string
	// Progress is told how a download goes; may be nil. [npm.Bar] is one.
	Progress func(npm.Event)
	// Environ is the environment; nil means the process's own.
	Environ []string
	// Platform is GOOS/GOARCH; empty means the one this program runs on.
	Platform string
}

// Workerd returns the path of a workerd that can be run, fetching it when it is
// not there yet. Its errors say what the user can do.
func Workerd(ctx context.Context, o Options) (string, error) {
	given, from := o.Workerd, "the workerd given"
	if given == "" {
		given, from = o.getenv(WorkerdEnv), WorkerdEnv
	}
	if given != "" {
		path, err := exec.LookPath(given)
		if err != nil {
			return "", fmt.Errorf("%s: %q is not a program that can be run: %w", from, given, err)
		}
		return filepath.Abs(path)
	}
	platform := o.Platform
	if platform == "" {
		platform = runtime.GOOS + "/" + runtime.GOARCH
	}
	pkg, known := workerdPackage(platform)
	if !known {
		return "", fmt.Errorf("no workerd %s is known for %s: get one that runs here and name it with %s=/path/to/workerd", WorkerdVersion, platform, WorkerdEnv)
	}
	cache := o.CacheDir
	if cache == "" {
		var err error
		if cache, err = CacheDir(); err != nil {
			return "", err
		}
	}
	fetcher := &npm.Fetcher{CacheDir: cache, ProjectDir: o.ProjectDir, Progress: o.Progress, Environ: o.Environ}
	dir, err := fetcher.Fetch(ctx, pkg)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bin", "workerd")
	if fi, err := os.Stat(path); err != nil || fi.Mode()&0o111 == 0 {
		return "", fmt.Errorf("the package of workerd in the cache is damaged, its program cannot be run: remove the folder %s", dir)
	}
	return path, nil
}

// getenv reads the last value of a variable.
func (o Options) getenv(name string) string {
	if o.Environ == nil {
		return os.Getenv(name)
	}
	value := ""
	for _, kv := range o.Environ {
		if len(kv) > len(name) && kv[len(name)] == '=' && kv[:len(name)] == name {
			value = kv[len(name)+1:]
		}
	}
	return value
}
