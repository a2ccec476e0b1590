package project

import (
	"regexp"
	"strings"
)

// D1Snippet gives the entry of d1_databases for a database, ready to be put into
// a configuration file of the format that ext, such as ".toml" or ".jsonc", stands for.
func D1Snippet(ext string, d D1Database) string {
	var b strings.Builder
	pairs := [][2]string{{"binding", d.Binding}, {"database_name", d.Name}, {"database_id", d.ID}}
	if ext == ".toml" {
		b.WriteString("[[d1_databases]]\n")
		for _, p := range pairs {
			b.WriteString(p[0] + " = " + quote(p[1]) + "\n")
		}
		return b.String()
	}
	b.WriteString("{\n  \"d1_databases\": [\n    {\n")
	for i, p := range pairs {
		b.WriteString("      " + quote(p[0]) + ": " + quote(p[1]))
		if i < len(pairs)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("    }\n  ]\n}\n")
	return b.String()
}

// BindingName makes the name of a database one that JavaScript can use after
// "env.", as wrangler does; "DB" where nothing of it is left.
func BindingName(database string) string {
	name := regexp.MustCompile(`[\s-]`).ReplaceAllString(database, "_")
	name = regexp.MustCompile(`[^a-zA-Z0-9_]`).ReplaceAllString(name, "")
	name = regexp.MustCompile(`_+`).ReplaceAllString(name, "_")
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	if strings.Trim(name, "_") == "" {
		return "DB"
	}
	return name
}
