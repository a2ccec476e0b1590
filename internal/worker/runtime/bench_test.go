package runtime_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/dione-db/dione/internal/worker/runtime"
)

// BenchmarkLoad is the time from new code to its first answer.
func BenchmarkLoad(b *testing.B) {
	plain := says("x")
	objects := script(`import { DurableObject } from 'cloudflare:workers'; export class A extends DurableObject {}
export default { fetch() { return new Response('x') } }`)
	objects.Workers[0].Classes = []runtime.ObjectClass{{Class: "A", SQL: true}}
	objects.StorageDir = b.TempDir()
	for name, c := range map[string]runtime.Config{"plain": plain, "objects": objects} {
		b.Run(name, func(b *testing.B) {
			n := start(b)
			for b.Loop() {
				n.load(b, c)
				n.want(b, http.StatusOK, "x")
			}
		})
	}
}

// BenchmarkRequest is one request of one client.
func BenchmarkRequest(b *testing.B) {
	n := start(b)
	n.load(b, says("x"))
	for b.Loop() {
		res, err := http.Get(n.URL())
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
}
