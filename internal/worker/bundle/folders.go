package bundle

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxFolders bounds how many folders are watched only because something in them
// might be missing or additional.
const maxFolders = 2000

// update watches the folders that matter after a build and leaves the others. It
// says whether there are new ones. Files are watched through their folders, as
// editors replace files by renaming.
func (w *watcher) update() (fresh bool, err error) {
	w.cares = newInterests(w.builder)
	wanted := w.wanted()
	for folder := range w.folders {
		if !wanted[folder] {
			_ = w.notify.Remove(folder) // it may be gone
			delete(w.folders, folder)
		}
	}
	for folder := range wanted {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			continue
		}
		// A folder that was removed and made again must be watched again, which
		// does no harm to one that was not.
		err := w.notify.Add(folder)
		switch {
		case err == nil:
			fresh = fresh || !w.folders[folder]
			w.folders[folder] = true
		case strings.Contains(folder, "node_modules") || os.IsNotExist(err):
		default:
			return fresh, fmt.Errorf("watch %s: %w", folder, err)
		}
	}
	return fresh, nil
}

// wanted gives the folders to watch.
func (w *watcher) wanted() map[string]bool {
	p := w.builder.project
	wanted := map[string]bool{}
	add := func(list ...string) {
		for _, folder := range list {
			wanted[realFolder(folder)] = true
		}
	}
	for file := range w.cares.load {
		add(filepath.Dir(file))
	}
	for file := range w.cares.build {
		add(filepath.Dir(file))
	}
	add(existing(filepath.Dir(p.Main)))
	for _, dir := range p.Build.WatchDirs {
		add(existing(dir))
		add(folders(dir)...)
	}
	if additional(p) {
		add(folders(p.Bundle.BaseDir)...)
	}
	if w.failed { // what is missing may appear anywhere
		add(folders(p.Dir)...)
		add(folders(filepath.Dir(p.Main))...)
		modules := filepath.Join(p.Dir, "node_modules")
		add(modules)
		if scopes, err := filepath.Glob(filepath.Join(modules, "@*")); err == nil {
			add(scopes...)
		}
	}
	return wanted
}

// existing gives the folder, or the nearest one above that is there.
func existing(folder string) string {
	for {
		if info, err := os.Stat(folder); err == nil && info.IsDir() || folder == filepath.Dir(folder) {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}

// unwatched says whether a folder of this name is too large or too lively to be
// watched for what might appear in it. Inputs in it are watched all the same.
func unwatched(name string) bool {
	return name == "node_modules" || name == ".git" || name == ".wrangler"
}

// folders gives root and the folders below it that may hold sources, at most
// maxFolders.
func folders(root string) []string {
	var list []string
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir // what can be read is enough
		case len(list) == maxFolders:
			return fs.SkipAll
		case !entry.IsDir():
			return nil
		case path != root && unwatched(entry.Name()):
			return fs.SkipDir
		}
		list = append(list, path)
		return nil
	})
	return list
}
