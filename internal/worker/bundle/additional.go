package bundle

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dione-db/dione/internal/worker/project"
)

// additional says whether modules are looked for in the base folder: where the
// configuration says so, and without bundling unless it says no.
func additional(p *project.Project) bool {
	if p.Bundle.FindAdditionalModules == nil {
		return p.Bundle.NoBundle
	}
	return *p.Bundle.FindAdditionalModules
}

// additionalModule is a module with the file it is from.
type additionalModule struct {
	Module
	file string
}

// additionalModules gives the files below the base folder that a rule is about,
// named by their path in it. As with wrangler node_modules and hidden folders count.
func additionalModules(p *project.Project, rules ruleSet) ([]additionalModule, error) {
	var list []additionalModule
	err := filepath.WalkDir(p.Bundle.BaseDir, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || file == filepath.Join(p.Dir, ".wrangler")):
			return fs.SkipDir
		case entry.IsDir() || file == p.Main:
			return nil
		}
		rel, err := filepath.Rel(p.Bundle.BaseDir, file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		r, ok := match(rules.active, rel, byPath)
		if !ok {
			return nil
		}
		content, err := os.ReadFile(file) //nolint:gosec // a file of the project
		if err != nil {
			return err
		}
		list = append(list, additionalModule{Module{Name: rel, Kind: r.kind(), Content: content}, file})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find additional modules: %w", err)
	}
	return list, nil
}
