package history_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/history"
)

// shape is what the client's collation is known to order right.
var shape = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$`)

func random(r *rand.Rand) history.Position {
	return history.Position{
		Incarnation: r.Uint32N(50),
		Seq:         r.Uint32() >> r.UintN(32),
		Day:         20_000 + r.Uint32N(400),
		TXID:        r.Uint64() >> r.UintN(64),
	}
}

func TestDecodeGivesWhatWasEncoded(t *testing.T) {
	c := history.NewCodec([]byte("secret"), "a")
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		p := random(r)
		b := c.Encode(p)
		if !shape.MatchString(string(b)) {
			t.Fatalf("bookmark %q of %+v has another shape", b, p)
		}
		if got, err := c.Decode(b); err != nil || got != p {
			t.Fatalf("Decode(%q) = %+v, %v; want %+v", b, got, err, p)
		}
	}
}

func TestBookmarksSortAsPositions(t *testing.T) {
	c := history.NewCodec([]byte("secret"), "a")
	r := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		p, q := random(r), random(r)
		if r.IntN(2) == 0 {
			q.Incarnation = p.Incarnation
		}
		if p.Incarnation == q.Incarnation && p.Seq == q.Seq {
			continue
		}
		if after := c.Encode(p) > c.Encode(q); after != p.Includes(q) {
			t.Fatalf("%+v after %+v: as text %v, as position %v", p, q, after, p.Includes(q))
		}
	}
	p := random(r)
	if !p.Includes(p) {
		t.Errorf("%+v does not include itself", p)
	}
}

func TestForeignAndForgedBookmarksAreRefused(t *testing.T) {
	c := history.NewCodec([]byte("secret"), "a")
	others := map[string]*history.Codec{
		"another database": history.NewCodec([]byte("secret"), "b"),
		"another node":     history.NewCodec([]byte("other"), "a"),
		"a moved boundary": history.NewCodec([]byte("secreta"), ""),
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		b := string(c.Encode(random(r)))
		for name, o := range others {
			if _, err := o.Decode(d1.Bookmark(b)); !errors.Is(err, history.ErrForeign) {
				t.Fatalf("%s: error %v, want ErrForeign", name, err)
			}
		}
		// One digit, and the same bit of two fields at once, which a plain sum would not notice.
		forged := []byte(b)
		i := r.IntN(8)
		forged[i] = flip(forged[i])
		if r.IntN(2) == 0 {
			forged[9+r.IntN(8)] = "0123456789abcdef"[r.IntN(16)]
		} else {
			forged[9+i] = flip(forged[9+i])
		}
		if _, err := c.Decode(d1.Bookmark(forged)); !errors.Is(err, history.ErrForeign) {
			t.Fatalf("forged %s out of %s: error %v, want ErrForeign", forged, b, err)
		}
	}
}

// flip changes the lowest bit of a digit.
func flip(c byte) byte {
	const digits = "0123456789abcdef"
	return digits[strings.IndexByte(digits, c)^1]
}

func TestTextsThatAreNoBookmarks(t *testing.T) {
	c := history.NewCodec([]byte("secret"), "a")
	good := string(c.Encode(history.Position{Incarnation: 0xabcdef, Seq: 7, Day: 20_000}))
	for name, s := range map[string]string{
		"empty":           "",
		"a word":          "token-doesnot-matter-for-now",
		"a constraint":    d1.FirstPrimary,
		"short":           good[:len(good)-1],
		"long":            good + "0",
		"upper case":      strings.ToUpper(good),
		"no dash":         strings.Replace(good, "-", "0", 1),
		"no digit":        "g" + good[1:],
		"no digit at end": good[:len(good)-1] + "G",
		"spaces":          strings.Repeat(" ", len(good)),
	} {
		if _, err := c.Decode(d1.Bookmark(s)); !errors.Is(err, history.ErrFormat) {
			t.Errorf("%s: error %v, want ErrFormat", name, err)
		}
	}
}

func TestEncodeAllocatesTheTextAlone(t *testing.T) {
	c := history.NewCodec([]byte("secret"), "a")
	p := history.Position{Incarnation: 1, Seq: 2, Day: 3}
	if n := testing.AllocsPerRun(100, func() { _ = c.Encode(p) }); n > 3 {
		t.Errorf("%v allocations, want at most 3", n)
	}
}

func FuzzDecode(f *testing.F) {
	c := history.NewCodec([]byte("secret"), "a")
	f.Add(string(c.Encode(history.Position{Incarnation: 1, Seq: 2, Day: 3, TXID: 4})))
	f.Add("00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683")
	f.Add("first-primary")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := c.Decode(d1.Bookmark(s))
		if err != nil {
			if p != (history.Position{}) {
				t.Errorf("a refused text gave %+v", p)
			}
			return
		}
		if again := string(c.Encode(p)); again != s {
			t.Errorf("%q was read as %+v, whose bookmark is %q", s, p, again)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	c := history.NewCodec([]byte("secret"), "a")
	for b.Loop() {
		_ = c.Encode(history.Position{Incarnation: 1, Seq: 2, Day: 3})
	}
}
