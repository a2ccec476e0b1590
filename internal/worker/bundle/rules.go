package bundle

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/dione-db/dione/internal/worker/project"
)

// rule is a module rule with its globs compiled.
type rule struct {
	project.Rule
	specifier []*regexp.Regexp // for what an import says
	path      []*regexp.Regexp // for files below the base folder
}

// ruleSet are the module rules of a project, the default ones behind the user's.
type ruleSet struct {
	active   []rule
	shadowed []rule // behind one of the same type that does not fall through
	warnings []api.Message
}

// kind gives what the modules of a rule are.
func (r rule) kind() Kind { return Kind(r.Type) }

// javaScript says whether the rule is about modules that could also be bundled.
func (r rule) javaScript() bool { return r.Type == string(ESModule) || r.Type == string(CommonJS) }

// newRules puts the default rules behind those of the user and sets apart the
// ones that are shadowed.
func newRules(p *project.Project) (ruleSet, error) {
	defaults := []project.Rule{
		{Type: string(Text), Globs: []string{"**/*.txt", "**/*.html", "**/*.sql"}},
		{Type: string(Data), Globs: []string{"**/*.bin"}},
		{Type: string(Wasm), Globs: []string{"**/*.wasm", "**/*.wasm?module"}},
	}
	var set ruleSet
	final := map[string]project.Rule{} // per type, the rule that does not fall through
	for i, r := range append(append([]project.Rule(nil), p.Bundle.Rules...), defaults...) {
		compiled, err := compile(r)
		if err != nil {
			return set, err
		}
		last, over := final[r.Type]
		if !over {
			set.active = append(set.active, compiled)
			if r.Fallthrough == nil || !*r.Fallthrough {
				final[r.Type] = r
			}
			continue
		}
		set.shadowed = append(set.shadowed, compiled)
		if last.Fallthrough == nil {
			which := ""
			if i >= len(p.Bundle.Rules) {
				which = "default "
			}
			set.warnings = append(set.warnings, at(p, last.Pos,
				"the rule %s hides the %srule %s: add \"fallthrough\": true to it so that both count, or false to silence this",
				told(last), which, told(r)))
		}
	}
	return set, nil
}

// told spells a rule as the configuration does.
func told(r project.Rule) string {
	text, err := json.Marshal(struct {
		Type  string   `json:"type"`
		Globs []string `json:"globs"`
	}{r.Type, r.Globs})
	if err != nil { // never for strings
		return r.Type
	}
	return string(text)
}

func compile(r project.Rule) (rule, error) {
	c := rule{Rule: r}
	for _, glob := range r.Globs {
		specifier, err := regexp.Compile(globExpression(glob, false))
		if err != nil {
			return c, fmt.Errorf("compile the glob %q: %w", glob, err)
		}
		path, err := regexp.Compile(globExpression(glob, true))
		if err != nil {
			return c, fmt.Errorf("compile the glob %q: %w", glob, err)
		}
		c.specifier = append(c.specifier, specifier)
		c.path = append(c.path, path)
	}
	return c, nil
}

// match finds the first of the rules with an expression for text.
func match(rules []rule, text string, expressions func(rule) []*regexp.Regexp) (rule, bool) {
	for _, r := range rules {
		for _, e := range expressions(r) {
			if e.MatchString(text) {
				return r, true
			}
		}
	}
	return rule{}, false
}

func bySpecifier(r rule) []*regexp.Regexp { return r.specifier }

func byPath(r rule) []*regexp.Regexp { return r.path }

// filter gives an expression for every specifier that a rule is about, bare
// names of files included.
func (s ruleSet) filter() string {
	var parts []string
	for _, r := range append(append([]rule(nil), s.active...), s.shadowed...) {
		for _, e := range r.specifier {
			expression := e.String()
			parts = append(parts, expression)
			if bare, ok := strings.CutPrefix(expression, `^.*/`); ok {
				parts = append(parts, "^"+bare)
			}
		}
	}
	if len(parts) == 0 {
		return `$^`
	}
	return strings.Join(parts, "|")
}
