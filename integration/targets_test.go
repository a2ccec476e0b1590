package integration_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/dione-db/dione/integration"
)

// target is a server that speaks the protocol of the binding.
type target struct {
	name   string
	client *http.Client
	url    string
	// headers gives what names the database and proves the right to it. The
	// database is made when it is not there.
	headers func(database string) (http.Header, error)
}

// ask sends one request and reads the answer.
func (tg *target) ask(database string, req integration.Request) (integration.Answer, error) {
	headers, err := tg.headers(database)
	if err != nil {
		return integration.Answer{}, fmt.Errorf("%s: database %s: %w", tg.name, database, err)
	}
	hreq, err := http.NewRequest(http.MethodPost, tg.url+req.Path(), bytes.NewReader(req.Body()))
	if err != nil {
		return integration.Answer{}, err
	}
	hreq.Header = headers.Clone()
	hreq.Header.Set("Content-Type", "application/json")
	res, err := tg.client.Do(hreq)
	if err != nil {
		return integration.Answer{}, fmt.Errorf("%s: %w", tg.name, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return integration.Answer{}, fmt.Errorf("%s: read reply: %w", tg.name, err)
	}
	a, err := integration.ParseAnswer(res.StatusCode, body)
	if err != nil {
		return a, fmt.Errorf("%s: %w", tg.name, err)
	}
	return a, nil
}

// startReference starts workerd with both references: its built-in D1 server
// and the bare engine.
func startReference(t *testing.T) (builtin, raw *target) {
	t.Helper()
	dir := t.TempDir()
	copyFiles(t, dir, "oracle")
	if err := os.Mkdir(filepath.Join(dir, "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	url := "http://" + startWorkerd(t, dir)
	reference := func(name string) *target {
		client := &http.Client{Transport: &http.Transport{}}
		t.Cleanup(client.CloseIdleConnections)
		return &target{name: name, client: client, url: url, headers: func(database string) (http.Header, error) {
			return http.Header{"X-D1-Database-Id": {database}, "X-Oracle": {name}}, nil
		}}
	}
	return reference("built-in"), reference("raw")
}
