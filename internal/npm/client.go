package npm

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// newClient makes the client that these settings ask for: whom it trusts, and
// through which proxy it goes. Redirects to another host lose the token.
func newClient(s settings, get func(string) string) (*http.Client, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if s["strict-ssl"] == "false" {
		conf.InsecureSkipVerify = true // the user's own setting; what is fetched is checked by its hash
	}
	pool, err := trusted(s, get)
	if err != nil {
		return nil, err
	}
	conf.RootCAs = pool
	return &http.Client{Transport: &http.Transport{
		Proxy:                 proxyOf(s),
		DialContext:           (&net.Dialer{Timeout: 20 * time.Second}).DialContext,
		TLSClientConfig:       conf,
		TLSHandshakeTimeout:   20 * time.Second,
		ResponseHeaderTimeout: stallMax,
		ForceAttemptHTTP2:     true,
	}}, nil
}

// trusted is the system's pool with what the settings add; nil means the
// system's alone. (For npm "cafile" and "ca" replace it; a pinned hash makes
// more trust harmless.)
func trusted(s settings, get func(string) string) (*x509.CertPool, error) {
	var pems [][]byte
	for _, from := range []struct{ what, file string }{
		{"cafile of .npmrc", s["cafile"]},
		{"NODE_EXTRA_CA_CERTS", get("NODE_EXTRA_CA_CERTS")},
	} {
		if from.file == "" {
			continue
		}
		b, err := os.ReadFile(from.file)
		if err != nil {
			return nil, fmt.Errorf("read the certificates of %s: %w", from.what, err)
		}
		pems = append(pems, b)
	}
	if ca := s["ca"]; ca != "" && ca != "null" {
		pems = append(pems, []byte(ca))
	}
	if len(pems) == 0 {
		return nil, nil //nolint:nilnil // nil is the system's pool
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, b := range pems {
		pool.AppendCertsFromPEM(b)
	}
	return pool, nil
}

// proxyOf follows npm's own proxy settings, then HTTP_PROXY and its like.
func proxyOf(s settings) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		proxy := s["proxy"]
		if r.URL.Scheme == "https" {
			proxy = firstOf(s["https-proxy"], proxy)
		}
		if proxy == "" || proxy == "null" || proxy == "false" || exempt(r.URL.Hostname(), s["noproxy"]) {
			return http.ProxyFromEnvironment(r)
		}
		u, err := url.Parse(proxy)
		if err != nil {
			return nil, errors.New("the proxy in your .npmrc is not an address")
		}
		return u, nil
	}
}

// exempt says whether a host, or a domain that it is in, is on npm's list.
func exempt(host, list string) bool {
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), ".")
		if name != "" && (host == name || strings.HasSuffix(host, "."+name)) {
			return true
		}
	}
	return false
}

// isNetwork says whether the network failed, not the disk.
func isNetwork(err error) bool {
	_, op := errors.AsType[*net.OpError](err)
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return op
}

// permanent says whether the reason will be the same a second later: the other
// side is not trusted, or speaks something else.
func permanent(err error) bool {
	_, cert := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	dns, isDNS := errors.AsType[*net.DNSError](err)
	return cert || record || isDNS && dns.IsNotFound
}

// withoutSecrets takes user name and password out of the address that an error
// of the client names.
func withoutSecrets(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		if u, parseErr := url.Parse(e.URL); parseErr == nil {
			return &url.Error{Op: e.Op, URL: u.Redacted(), Err: e.Err}
		}
	}
	return err
}
