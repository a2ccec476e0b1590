package npm_test

import (
	"bytes"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dione-db/dione/internal/npm"
)

// TestWhereTheRegistryComesFrom asks through the whole fetch which server got
// the request, and with which header.
func TestWhereTheRegistryComesFrom(t *testing.T) {
	b := tool(t)
	const here, other = "$HERE", "http://127.0.0.1:1"
	for _, c := range []struct {
		name          string
		env           []string
		project, user string
		auth          string
		wrong         error
	}{
		{name: "environment before all", env: []string{"npm_config_registry=" + here}, project: "registry=" + other, user: "registry=" + other},
		{name: "environment in capitals", env: []string{"NPM_CONFIG_REGISTRY=" + here + "/"}},
		{name: "project before user", project: "registry = " + here + " ", user: "registry=" + other},
		{name: "user", project: "; registry=" + other + "\n# registry=" + other, user: `registry="` + here + `"`},
		{name: "scope before general", env: []string{"npm_config_registry=" + other}, user: "@scope:registry=" + here},
		{name: "another scope", user: "@other:registry=" + other + "\nregistry=" + here},
		{name: "the last line of a file", user: "registry=" + other + "\nregistry=" + here},
		{name: "variable", env: []string{"WHERE=" + here}, user: "registry=${WHERE}"},
		{name: "user file elsewhere", env: []string{"NPM_CONFIG_USERCONFIG=$DIR/other-npmrc"}, user: "registry=" + other},
		{name: "machine", env: []string{"NPM_CONFIG_GLOBALCONFIG=$DIR/other-npmrc"}},
		{name: "token", user: "registry=" + here + "\n//$HOST/:_authToken=${TOKEN}", env: []string{"TOKEN=s3cret"}, auth: "Bearer s3cret"},
		{name: "token of a path above", user: "registry=" + here + "\n//$HOST/@scope/:_authToken=deep\n//$HOST/:_authToken=top", auth: "Bearer deep"},
		{name: "token of another host", user: "registry=" + here + "\n//localhost:1/:_authToken=x"},
		{name: "user and password", user: "registry=" + here + "\n//$HOST/:username=u\n//$HOST/:_password=cA==", auth: "Basic dTpw"},
		{name: "both in one", user: "registry=" + here + "\n//$HOST/:_auth=dTpw", auth: "Basic dTpw"},
		{name: "nothing", wrong: npm.ErrNoRegistry},
	} {
		t.Run(c.name, func(t *testing.T) {
			var auth string
			asked := false
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked, auth = true, r.Header.Get("Authorization")
				w.Write(b)
			}))
			defer s.Close()
			home, project := t.TempDir(), t.TempDir()
			fill := strings.NewReplacer("$HERE", s.URL, "$HOST", strings.TrimPrefix(s.URL, "http://"), "$DIR", project).Replace
			write(t, filepath.Join(home, ".npmrc"), fill(c.user))
			write(t, filepath.Join(project, ".npmrc"), fill(c.project))
			write(t, filepath.Join(project, "other-npmrc"), fill("registry=$HERE"))
			f := &npm.Fetcher{CacheDir: t.TempDir(), ProjectDir: project, RetryDelay: 1, Environ: []string{"HOME=" + home}}
			for _, kv := range c.env {
				f.Environ = append(f.Environ, fill(kv))
			}
			t.Setenv("PATH", "") // no npm
			_, err := f.Fetch(t.Context(), pinned(b))
			if c.wrong != nil {
				if !errors.Is(err, c.wrong) || !strings.Contains(err.Error(), "NPM_CONFIG_REGISTRY") {
					t.Errorf("error %v, want %v", err, c.wrong)
				}
				return
			}
			if err != nil || !asked {
				t.Fatalf("asked %v, %v", asked, err)
			}
			if auth != c.auth {
				t.Errorf("authorization %q, want %q", auth, c.auth)
			}
		})
	}
}

func TestRegistryOfAnInstalledNPM(t *testing.T) {
	b := tool(t)
	s, _ := server(t, b)
	bin := t.TempDir()
	write(t, filepath.Join(bin, "npm"), "#!/bin/sh\n[ \"$*\" = \"config get registry\" ] && echo "+s.URL+"\n")
	if err := os.Chmod(filepath.Join(bin, "npm"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	f := &npm.Fetcher{CacheDir: t.TempDir(), Environ: []string{}}
	if _, err := f.Fetch(t.Context(), pinned(b)); err != nil {
		t.Error(err)
	}
}

func TestRegistryThatIsNoAddress(t *testing.T) {
	for _, bad := range []string{"example", "ftp://127.0.0.1/", "http://", "::"} {
		_, err := fetcher(t, bad).Fetch(t.Context(), pinned(nil))
		if err == nil || !strings.Contains(err.Error(), "NPM_CONFIG_REGISTRY") {
			t.Errorf("%q: error %v, want one that names the setting", bad, err)
		}
	}
}

func TestWhomToTrust(t *testing.T) {
	b := tool(t)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }))
	defer s.Close()
	s.Config.ErrorLog = nil
	ca := filepath.Join(t.TempDir(), "ca.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	write(t, ca, string(cert))
	for _, c := range []struct {
		name string
		env  string
		ok   bool
	}{
		{"nobody", "A=b", false},
		{"cafile", "npm_config_cafile=" + ca, true},
		{"ca", "npm_config_ca=" + string(cert), true},
		{"extra", "NODE_EXTRA_CA_CERTS=" + ca, true},
		{"anybody", "NPM_CONFIG_STRICT_SSL=false", true},
		{"missing file", "npm_config_cafile=" + ca + "x", false},
	} {
		_, err := fetcher(t, s.URL, c.env).Fetch(t.Context(), pinned(b))
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestProxyOfTheSettings(t *testing.T) {
	b := tool(t)
	var host string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		w.Write(b)
	}))
	defer s.Close()
	if _, err := fetcher(t, "http://registry.invalid", "npm_config_proxy="+s.URL).Fetch(t.Context(), pinned(b)); err != nil {
		t.Fatal(err)
	}
	if host != "registry.invalid" {
		t.Errorf("the proxy was asked for %q", host)
	}
	_, err := fetcher(t, "http://registry.invalid", "npm_config_proxy="+s.URL, "npm_config_noproxy=a,.invalid").Fetch(t.Context(), pinned(b))
	if err == nil {
		t.Error("the proxy was used for a host that is exempt")
	}
}

func TestBar(t *testing.T) {
	events := []npm.Event{
		{Package: "a@1", Total: 2_000_000},
		{Package: "a@1", Bytes: 1_000_000, Total: 2_000_000},
		{Package: "a@1", Phase: npm.Downloaded, Bytes: 2_000_000, Total: 2_000_000},
		{Package: "b@2"},
	}
	for _, c := range []struct {
		name     string
		terminal bool
		want     string
	}{
		{"file", false, "fetching a@1 (2.0 MB)\nfetched a@1 (2.0 MB in 0.0 s)\nfetching b@2\n"},
		{"terminal", true, "\r\x1b[Kfetching a@1 [                        ] 0% of 2.0 MB\r\x1b[Kfetched a@1 (2.0 MB in 0.0 s)\n\r\x1b[Kfetching b@2 0.0 kB"},
	} {
		var out bytes.Buffer
		bar := npm.NewBar(&out, c.terminal)
		for _, e := range events {
			bar.Show(e)
		}
		if out.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, out.String(), c.want)
		}
	}
	if npm.IsTerminal(&bytes.Buffer{}) {
		t.Error("a buffer is taken for a terminal")
	}
}

// FuzzNpmrc holds that no file of settings can do worse than name a registry.
func FuzzNpmrc(f *testing.F) {
	f.Add("registry=\"x\\\"\nfoo[]=a\nfoo[]=b\n${X}=${Y?}\\${Z}")
	f.Fuzz(func(t *testing.T, text string) {
		home := t.TempDir()
		write(t, filepath.Join(home, ".npmrc"), "registry=http://127.0.0.1:1\n"+text+"\nregistry=none\n@scope:registry=none")
		t.Setenv("PATH", "")
		g := &npm.Fetcher{CacheDir: filepath.Join(home, "c"), RetryDelay: 1, Environ: []string{"HOME=" + home}}
		if _, err := g.Fetch(t.Context(), pinned(nil)); err == nil {
			t.Error("fetched from nowhere")
		}
	})
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
