package npm

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/dione-db/dione/internal/durable"
)

// ErrNotFound says that the registry does not have the package in this version.
var ErrNotFound = errors.New("the registry does not have it")

const (
	// attempts bounds the downloads of one package that fail for a reason that
	// may pass.
	attempts = 4
	// stallMax is how long a registry may say nothing.
	stallMax = 60 * time.Second
	// packedMax bounds a packed file, packumentMax the description of a package.
	packedMax, packumentMax = 1 << 30, 64 << 20
)

// session is one fetch from one registry.
type session struct {
	*Fetcher
	settings settings
	registry string
	client   *http.Client
	pkg      Package
}

// download gets the packed file, checks it, and puts it at path.
func (f *Fetcher) download(ctx context.Context, p Package, want []byte, path string) error {
	env := f.Environ
	if env == nil {
		env = os.Environ()
	}
	s := loadSettings(env, f.ProjectDir)
	registry, err := s.registry(ctx, p.Name, env, f.ProjectDir)
	if err != nil {
		return err
	}
	client, err := newClient(s, lookup(env))
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	d := &session{Fetcher: f, settings: s, registry: registry, client: client, pkg: p}
	delay := f.RetryDelay
	if delay == 0 {
		delay = 500 * time.Millisecond
	}
	for n := 1; ; n++ {
		err := d.attempt(ctx, want, path)
		if err == nil || n == attempts || !transient(err) || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(delay):
			delay *= 2
		case <-ctx.Done():
			return fmt.Errorf("%w (gave up waiting to try again after: %w)", ctx.Err(), err)
		}
	}
}

// attempt downloads once. Registries agree on the address of a packed file, but
// not all: one that does not have it there is asked where it is.
func (d *session) attempt(ctx context.Context, want []byte, path string) error {
	base := d.pkg.Name[strings.LastIndexByte(d.pkg.Name, '/')+1:]
	usual := fmt.Sprintf("%s/%s/-/%s-%s.tgz", d.registry, d.pkg.Name, base, d.pkg.Version)
	err := d.save(ctx, usual, want, path)
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	address, err := d.locate(ctx)
	if err != nil {
		return err
	}
	if address == usual {
		return ErrNotFound
	}
	return d.save(ctx, address, want, path)
}

// locate reads the address of the packed file from the package's description.
func (d *session) locate(ctx context.Context) (string, error) {
	res, err := d.get(ctx, d.registry+"/"+strings.Replace(d.pkg.Name, "/", "%2f", 1))
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	var packument struct {
		Versions map[string]struct {
			Dist struct {
				Tarball string `json:"tarball"`
			} `json:"dist"`
		} `json:"versions"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, packumentMax)).Decode(&packument); err != nil {
		return "", fmt.Errorf("read description of the package: %w", err)
	}
	address := packument.Versions[d.pkg.Version].Dist.Tarball
	if address == "" {
		return "", ErrNotFound
	}
	return address, nil
}

// save downloads to path, where nothing is unless its hash is right.
func (d *session) save(ctx context.Context, address string, want []byte, path string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(stallMax, func() { cancel(errStalled) })
	defer stall.Stop()
	res, err := d.get(ctx, address)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	file, err := durable.NewFile(path, 0o644)
	if err != nil {
		return err
	}
	defer file.Abort()
	hash := sha512.New()
	body := &watched{r: io.LimitReader(res.Body, packedMax), session: d, total: res.ContentLength, moved: func() { stall.Reset(stallMax) }}
	body.report(Downloading)
	if _, err := io.Copy(io.MultiWriter(file, hash), body); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return fmt.Errorf("download: %w", err)
	}
	if err := checkHash(hash.Sum(nil), want); err != nil {
		return err
	}
	body.report(Downloaded)
	return file.Commit()
}

// get asks for one address; an answer other than 200 is an error.
func (d *session) get(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	if auth := d.settings.authorization(req.URL); auth != "" {
		req.Header.Set("Authorization", auth)
	}
	res, err := d.client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, fmt.Errorf("reach the npm registry (check the network, the proxy, and the address of the registry): %w", withoutSecrets(err))
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4096))
	_ = res.Body.Close()
	return nil, &statusError{host: req.URL.Host, status: res.Status, code: res.StatusCode}
}

// statusError is an answer of the registry that is not a success.
type statusError struct {
	host, status string
	code         int
}

func (e *statusError) Error() string {
	switch e.code {
	case http.StatusNotFound:
		return fmt.Sprintf("%v (%s answered %q)", ErrNotFound, e.host, e.status)
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprintf("%s answered %q: the registry wants a login; set //%s/:_authToken in ~/.npmrc", e.host, e.status, e.host)
	default:
		return fmt.Sprintf("%s answered %q", e.host, e.status)
	}
}

// Is makes a 404 an [ErrNotFound].
func (e *statusError) Is(target error) bool {
	return target == ErrNotFound && e.code == http.StatusNotFound
}

// errStalled ends a download that does not move.
var errStalled = fmt.Errorf("the registry sent nothing for %v", stallMax)

// transient says whether another attempt may go better: whatever the network
// did, and answers that speak of load or of a fault behind the registry.
func transient(err error) bool {
	if s, ok := errors.AsType[*statusError](err); ok {
		return s.code >= 500 || s.code == http.StatusTooManyRequests || s.code == http.StatusRequestTimeout
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return !permanent(err)
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errStalled) || isNetwork(err)
}

// watched counts what is read and says so.
type watched struct {
	*session
	r           io.Reader
	read, total int64
	moved       func()
}

// Read implements [io.Reader].
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.moved()
		w.read += int64(n)
		w.report(Downloading)
	}
	return n, err
}

func (w *watched) report(phase Phase) {
	if w.Progress != nil {
		w.Progress(Event{Package: w.pkg.String(), Phase: phase, Bytes: w.read, Total: max(w.total, 0)})
	}
}

// basic makes the header of a user name and a password that npm keeps in base64.
func basic(user, pass64 string) string {
	pass, err := base64.StdEncoding.DecodeString(pass64)
	if err != nil {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+string(pass)))
}
