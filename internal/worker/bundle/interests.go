package bundle

import (
	"path/filepath"
	"slices"

	"github.com/dione-db/dione/internal/worker/project"
)

// interests are the paths whose changes matter, without symbolic links in the
// folders: events name files by the folder that is watched, and a folder is
// watched by one name.
type interests struct {
	load     map[string]bool // the configuration and the dotenv files
	build    map[string]bool // sources, other modules, and what decides how imports are resolved
	main     string
	commands []string // folders of the custom build
	base     []string // the folder of additional modules
}

func newInterests(b *builder) interests {
	p := b.project
	names := folderNames{}
	i := interests{load: map[string]bool{}, build: map[string]bool{}, main: names.file(p.Main)}
	for _, file := range p.Inputs {
		i.load[names.file(file)] = true
	}
	for file := range b.inputs {
		i.build[names.file(file)] = true
	}
	for _, file := range settings(p) {
		i.build[names.file(file)] = true
	}
	for _, dir := range p.Build.WatchDirs {
		i.commands = append(i.commands, realFolder(dir))
	}
	if additional(p) {
		i.base = append(i.base, realFolder(p.Bundle.BaseDir))
	}
	return i
}

// command says whether a file is one that the custom build reads; the entry,
// which it writes, is not.
func (i interests) command(name string) bool {
	return name != i.main && slices.ContainsFunc(i.commands, func(dir string) bool { return within(dir, name) })
}

// additional says whether a file may be an additional module.
func (i interests) additional(name string) bool {
	return slices.ContainsFunc(i.base, func(dir string) bool { return within(dir, name) })
}

// settings gives the files that decide how imports are resolved.
func settings(p *project.Project) []string {
	list := []string{filepath.Join(p.Dir, "package.json")}
	if p.Bundle.TSConfig != "" {
		return append(list, p.Bundle.TSConfig)
	}
	for dir := filepath.Dir(p.Main); within(p.Dir, dir); dir = filepath.Dir(dir) {
		list = append(list, filepath.Join(dir, "tsconfig.json"))
		if dir == p.Dir {
			break
		}
	}
	return list
}

// within says whether a path is that of a folder or in it.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// realFolder gives a folder without symbolic links, as it is where that cannot be told.
func realFolder(folder string) string {
	if path, err := filepath.EvalSymlinks(folder); err == nil {
		return path
	}
	return folder
}

// folderNames remembers real names of folders.
type folderNames map[string]string

// file gives a file by the real name of its folder.
func (n folderNames) file(file string) string {
	dir := filepath.Dir(file)
	if _, known := n[dir]; !known {
		n[dir] = realFolder(dir)
	}
	return filepath.Join(n[dir], filepath.Base(file))
}
