// Generate writes the C code of SQLite that package sqlite compiles: the pinned
// amalgamation with row counters, and with one more argument for the authorizer.
// The file is not kept in the repository. When it is there already, made from
// the same source by the same edits, nothing is done.
//
//	go run ./internal/sqlite/generate [-from FILE_OR_DIR] [-o FILE]
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/dione-db/dione/internal/durable"
	"github.com/dione-db/dione/internal/npm"
)

// The amalgamation: SQLite of the version that the pinned workerd has. amalgam
// is its path in the package, and in a folder that is given by hand.
const (
	sqliteVersion = "3.54.1"
	amalgam       = "deps/sqlite3/sqlite3.c"
	amalgamSHA256 = "75a4760a7b9727a4c4c877aec92eacf39e52a8f2921ce00bd33be6d3a8e8e254"
)

// source is the package that carries it.
func source() npm.Package {
	return npm.Package{
		Name: "better-sqlite3", Version: "13.2.0", Only: []string{amalgam},
		Integrity: "sha512-Z8Q/9x/uNyKxA1v4FNodyItRVRw1TeKBrmj32JhxhR0ceNcBY+wMobt/Bv7M7TzwPAXjnZRtNaEsATnUZSKWZQ==",
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

// run does what the command line says; w takes progress.
func run(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(w)
	from := flags.String("from", "", "take the amalgamation from this `file or folder` instead of the npm package "+source().String())
	out := flags.String("o", "internal/sqlite/sqlite3_gen.h", "the `file` to write")
	cache := flags.String("cache", "", "the `folder` that keeps the npm package (default: dione in the user's cache folder)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if current(*out) {
		// Newer than the sources of this program, for make; the go command
		// looks at contents.
		now := time.Now()
		return os.Chtimes(*out, now, now)
	}
	path, err := locate(ctx, *from, *cache, w)
	if err != nil {
		return err
	}
	src, err := os.ReadFile(path) //nolint:gosec // the user's file, or one of the cache
	if err != nil {
		return fmt.Errorf("read the amalgamation: %w", err)
	}
	if err := known(path, src); err != nil {
		return err
	}
	text, err := patch(string(src))
	if err != nil {
		return fmt.Errorf("edit %s: %w", path, err)
	}
	if err := durable.WriteFile(*out, []byte(stamp(text)+text), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", *out, err)
	}
	fmt.Fprintf(w, "wrote %s: SQLite %s with row counters\n", *out, sqliteVersion)
	return nil
}

// locate finds the amalgamation, fetching it when nothing is given by hand.
func locate(ctx context.Context, from, cache string, w io.Writer) (string, error) {
	if from != "" {
		return find(from)
	}
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return "", errors.New("no folder for downloads: set HOME or XDG_CACHE_HOME, or give -cache")
		}
		cache = filepath.Join(dir, "dione")
	}
	wd, err := os.Getwd()
	if err != nil {
		wd = ""
	}
	bar := npm.NewBar(w, npm.IsTerminal(w))
	fetcher := &npm.Fetcher{CacheDir: cache, ProjectDir: wd, Progress: bar.Show}
	dir, err := fetcher.Fetch(ctx, source())
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.FromSlash(amalgam)), nil
}

// find takes a file as it is, and looks into a folder.
func find(from string) (string, error) {
	fi, err := os.Stat(from)
	if err != nil {
		return "", err
	}
	if !fi.IsDir() {
		return from, nil
	}
	for _, name := range []string{"sqlite3.c", filepath.FromSlash(amalgam), filepath.Join("package", filepath.FromSlash(amalgam))} {
		path := filepath.Join(from, name)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, err
		}
	}
	return "", fmt.Errorf("%s holds no sqlite3.c", from)
}

// known refuses every amalgamation but the pinned one: the counters were checked
// on that one alone.
func known(path string, src []byte) error {
	sum := sha256.Sum256(src)
	got := hex.EncodeToString(sum[:])
	if got == amalgamSHA256 {
		return nil
	}
	version := "of no version"
	if m := regexp.MustCompile(`#define SQLITE_VERSION +"([^"]+)"`).FindSubmatch(src); m != nil {
		version = "of version " + string(m[1])
	}
	return fmt.Errorf("%s is an amalgamation %s that is not known here (sha256 %s): want version %s, the file %s of the npm package %s (sha256 %s)",
		path, version, got, sqliteVersion, amalgam, source(), amalgamSHA256)
}

// stamp is the first line of the output: what it was made of, by which edits,
// and the hash of what follows.
func stamp(text string) string {
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("/* Code generated by internal/sqlite/generate. DO NOT EDIT. source %s edits %s text %x */\n",
		amalgamSHA256, editsHash(), sum)
}

// current says whether the file is what this program would write.
func current(path string) bool {
	f, err := os.Open(path) //nolint:gosec // the output that was asked for
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // only read
	r := bufio.NewReader(f)
	line, err := r.ReadString('\n')
	if err != nil || !strings.Contains(line, " source "+amalgamSHA256+" edits "+editsHash()+" text ") {
		return false
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return false
	}
	return strings.HasSuffix(line, fmt.Sprintf(" text %x */\n", hash.Sum(nil)))
}
