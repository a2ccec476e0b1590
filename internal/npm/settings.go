package npm

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// ErrNoRegistry says that no npm registry is configured.
var ErrNoRegistry = errors.New("no npm registry is configured: set one with " +
	"\"export NPM_CONFIG_REGISTRY=<url of your npm registry>\" or a line \"registry=<url>\" in the file ~/.npmrc")

// settings are npm's, from all the places where npm looks, the most important
// value of each key only. Keys are spelled as in an .npmrc file.
type settings map[string]string

// loadSettings reads the environment, then the .npmrc files of project, user,
// and machine. A file that is missing or unreadable counts as empty, as for npm.
func loadSettings(env []string, projectDir string) settings {
	s := settings{}
	s.addEnviron(env)
	get := lookup(env)
	if projectDir != "" {
		s.addFile(filepath.Join(projectDir, ".npmrc"), get)
	}
	user := s["userconfig"]
	if home := get("HOME"); user == "" && home != "" {
		user = filepath.Join(home, ".npmrc")
	}
	s.addFile(user, get)
	for _, file := range globalFiles(s, get) {
		s.addFile(file, get)
	}
	return s
}

// globalFiles are the places of the machine's settings. npm has one, below its
// own prefix, which is a guess where npm is not installed.
func globalFiles(s settings, get func(string) string) []string {
	if file := s["globalconfig"]; file != "" {
		return []string{file}
	}
	if prefix := firstOf(s["prefix"], get("PREFIX")); prefix != "" {
		return []string{filepath.Join(prefix, "etc", "npmrc")}
	}
	return []string{"/usr/local/etc/npmrc", "/usr/etc/npmrc", "/etc/npmrc"}
}

// addEnviron takes npm_config_… in capitals or not, as npm does.
func (s settings) addEnviron(env []string) {
	const prefix = "npm_config_"
	for _, kv := range env {
		key, value, _ := strings.Cut(kv, "=")
		if len(key) <= len(prefix) || !strings.EqualFold(key[:len(prefix)], prefix) || value == "" {
			continue
		}
		key = key[len(prefix):]
		if !strings.HasPrefix(key, "//") {
			key = strings.ToLower(key)
			key = key[:1] + strings.ReplaceAll(key[1:], "_", "-")
		}
		s.add(key, value)
	}
}

// addFile takes what a file says and nothing before it has said.
func (s settings) addFile(path string, get func(string) string) {
	if path == "" {
		return
	}
	b, err := os.ReadFile(path) //nolint:gosec // the user's own settings
	if err != nil {
		return
	}
	for key, value := range parseNpmrc(b, get) {
		s.add(key, value)
	}
}

func (s settings) add(key, value string) {
	if _, known := s[key]; !known {
		s[key] = value
	}
}

// variable is a reference to the environment: ${NAME}, or ${NAME?}, which is
// empty when the variable is not set, where the other stays as it is.
var variable = regexp.MustCompile(`(\\*)\$\{([^${}?]+)(\?)?\}`)

// parseNpmrc reads the format of .npmrc: lines of key=value, comments after ; or
// #, values that may be quoted, references to the environment in both. The last
// of equal keys counts. Lists (key[]=value) keep their elements, one per line.
func parseNpmrc(b []byte, get func(string) string) map[string]string {
	m := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == ';' || line[0] == '#' || line[0] == '[' {
			continue
		}
		key, value, has := strings.Cut(line, "=")
		if !has {
			value = "true"
		}
		key, value = expand(unquote(key), get), expand(unquote(value), get)
		if list, ok := strings.CutSuffix(key, "[]"); ok {
			if m[list] != "" {
				value = m[list] + "\n" + value
			}
			key = list
		}
		if key != "" {
			m[key] = value
		}
	}
	return m
}

// unquote takes off white space and quotes; between double quotes are the
// escapes of JSON.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != s[len(s)-1] {
		return s
	}
	switch s[0] {
	case '"':
		var v string
		if json.Unmarshal([]byte(s), &v) == nil {
			return v
		}
	case '\'':
		return s[1 : len(s)-1]
	}
	return s
}

// expand replaces references to the environment.
func expand(s string, get func(string) string) string {
	return variable.ReplaceAllStringFunc(s, func(ref string) string {
		m := variable.FindStringSubmatch(ref)
		if len(m[1])%2 == 1 {
			return ref[1:]
		}
		if v := get(m[2]); v != "" || m[3] != "" {
			return m[1] + v
		}
		return ref
	})
}

// lookup reads a variable of an environment; the last of equal names counts.
func lookup(env []string) func(string) string {
	return func(name string) string {
		value := ""
		for _, kv := range env {
			if v, ok := strings.CutPrefix(kv, name+"="); ok {
				value = v
			}
		}
		return value
	}
}

// registry is the address from which packages of this name come, without a
// slash at the end. Only when no setting names one is an npm program asked,
// which knows one by itself.
func (s settings) registry(ctx context.Context, name string, env []string, dir string) (string, error) {
	raw := s["registry"]
	if scope, _, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(scope, "@") {
		raw = firstOf(s[scope+":registry"], raw)
	}
	if raw == "" {
		raw = askNPM(ctx, env, dir)
	}
	if raw == "" || raw == "undefined" {
		return "", ErrNoRegistry
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("the npm registry that is configured is no http or https address; look at NPM_CONFIG_REGISTRY and \"registry\" in your .npmrc files")
	}
	return strings.TrimRight(raw, "/"), nil
}

// askNPM asks an installed npm; any trouble means that there is no answer.
func askNPM(ctx context.Context, env []string, dir string) string {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "config", "get", "registry") //nolint:gosec // the npm of the user's PATH
	cmd.Env, cmd.Dir = env, dir
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// authorization is the header for an address, "" when none is configured. The
// settings name the address without its protocol, and those of the longest
// matching path count.
func (s settings) authorization(u *url.URL) string {
	path := strings.TrimRight(u.Path, "/") + "/"
	for {
		at := "//" + u.Host + path
		for _, prefix := range []string{at, strings.TrimRight(at, "/")} {
			if token := s[prefix+":_authToken"]; token != "" {
				return "Bearer " + token
			}
			if both := s[prefix+":_auth"]; both != "" {
				return "Basic " + both
			}
			if user, pass := s[prefix+":username"], s[prefix+":_password"]; user != "" && pass != "" {
				return basic(user, pass)
			}
		}
		if path == "/" {
			return ""
		}
		path = path[:strings.LastIndexByte(strings.TrimRight(path, "/"), '/')+1]
	}
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
