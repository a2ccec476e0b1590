package toolchain_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/worker/toolchain"
)

// TestPinnedWorkerdRuns is the whole way, with the real package.
func TestPinnedWorkerdRuns(t *testing.T) {
	path, err := toolchain.Workerd(t.Context(), toolchain.Options{Environ: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	cache, err := toolchain.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(path, cache+string(filepath.Separator)) {
		t.Errorf("workerd is at %s, want it below %s", path, cache)
	}
	out, err := exec.CommandContext(t.Context(), path, "--version").CombinedOutput()
	date := toolchain.WorkerdVersion[2:6] + "-" + toolchain.WorkerdVersion[6:8] + "-" + toolchain.WorkerdVersion[8:10]
	if err != nil || strings.TrimSpace(string(out)) != "workerd "+date {
		t.Errorf("it says %q, %v; want workerd %s", out, err, date)
	}
}

func TestWorkerdGivenByHand(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "my-workerd")
	if err := os.WriteFile(program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		options toolchain.Options
		want    string
		says    string
	}{
		{"option", toolchain.Options{Workerd: program}, program, ""},
		{"variable", toolchain.Options{Environ: []string{"DIONE_WORKERD=" + plain, "DIONE_WORKERD=" + program}}, program, ""},
		{"option before variable", toolchain.Options{Workerd: program, Environ: []string{"DIONE_WORKERD=" + plain}}, program, ""},
		{"not executable", toolchain.Options{Environ: []string{"DIONE_WORKERD=" + plain}}, "", "DIONE_WORKERD: \"" + plain + "\" is not a program"},
		{"missing", toolchain.Options{Workerd: program + "x"}, "", "not a program"},
	} {
		got, err := toolchain.Workerd(t.Context(), c.options)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: error %v does not say %q", c.name, err, c.says)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

func TestSeededFolderWorksWithoutARegistry(t *testing.T) {
	for platform, name := range map[string]string{"linux/amd64": "linux-64", "linux/arm64": "linux-arm64"} {
		cache := t.TempDir()
		dir := filepath.Join(cache, "cloudflare-workerd-"+name+"-"+toolchain.WorkerdVersion)
		o := toolchain.Options{CacheDir: cache, Environ: []string{}, Platform: platform}
		t.Setenv("PATH", "")
		if _, err := toolchain.Workerd(t.Context(), o); err == nil || !strings.Contains(err.Error(), "NPM_CONFIG_REGISTRY") {
			t.Errorf("%s: empty cache: %v", platform, err)
		}
		if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		manifest := `{"name":"@cloudflare/workerd-` + name + `","version":"` + toolchain.WorkerdVersion + `"}`
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := toolchain.Workerd(t.Context(), o); err == nil || !strings.Contains(err.Error(), "remove the folder "+dir) {
			t.Errorf("%s: folder without the program: %v", platform, err)
		}
		want := filepath.Join(dir, "bin", "workerd")
		if err := os.WriteFile(want, nil, 0o700); err != nil {
			t.Fatal(err)
		}
		if got, err := toolchain.Workerd(t.Context(), o); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", platform, got, err, want)
		}
	}
}

func TestUnknownPlatform(t *testing.T) {
	_, err := toolchain.Workerd(t.Context(), toolchain.Options{Environ: []string{}, Platform: "plan9/mips"})
	for _, part := range []string{"plan9/mips", toolchain.WorkerdEnv} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not say %q", err, part)
		}
	}
	if runtime.GOOS == "linux" {
		t.Setenv("HOME", "")
		t.Setenv("XDG_CACHE_HOME", "")
		if _, err := toolchain.CacheDir(); err == nil || !strings.Contains(err.Error(), "XDG_CACHE_HOME") {
			t.Errorf("without a home: %v", err)
		}
	}
}
