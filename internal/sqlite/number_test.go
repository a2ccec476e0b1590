package sqlite_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/dione-db/dione/d1"
)

// javaScript spells a double as JSON.stringify does.
func javaScript(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return "null"
	}
	if v == 0 {
		return "0"
	}
	format := byte('f')
	if a := math.Abs(v); a < 1e-6 || a >= 1e21 {
		format = 'e'
	}
	s := strconv.FormatFloat(v, format, -1, 64)
	if mantissa, exp, ok := strings.Cut(s, "e"); ok { // e-07 is e-7
		s = mantissa + "e" + exp[:1] + strings.TrimLeft(exp[1:], "0")
	}
	return s
}

func TestDoublesAreSpelledAsInJavaScript(t *testing.T) {
	c, _ := open(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		st := d1.Statement{SQL: "SELECT ?" + strings.Repeat(",?", 99)}
		want := make([]string, 100)
		for i := range want {
			v := math.Float64frombits(rnd.Uint64())
			switch i % 4 {
			case 1:
				v = float64(rnd.Int64()) / math.Pow10(rnd.IntN(20))
			case 2:
				v = math.Pow10(rnd.IntN(600) - 300)
			case 3:
				v = math.Ldexp(1, rnd.IntN(2000)-1000)
			}
			if math.IsNaN(v) {
				v = 1
			}
			st.Params.AppendReal(v)
			want[i] = javaScript(v)
		}
		res, err := c.Query(t.Context(), []d1.Statement{st}, d1.FormatArrays)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Split(strings.Trim(string(res[0].Rows.JSON), "[]"), ",")
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s, want %s", got[i], want[i])
			}
		}
	}
}

func TestIntegersBeyondTheirDoubles(t *testing.T) {
	c, _ := open(t)
	for _, v := range []int64{0, 1, -1, 9, 10, 99, 100, 12345, math.MaxInt64, math.MinInt64, 1 << 53, 1<<53 + 1, -(1<<53 + 1)} {
		if got, want := string(one(t, c, fmt.Sprintf("SELECT CAST('%d' AS INTEGER)", v)).Rows.JSON), "[["+javaScript(float64(v))+"]]"; got != want {
			t.Errorf("%d: %s, want %s", v, got, want)
		}
	}
}

// TestPowersOfTen computes the table of powers.h anew.
func TestPowersOfTen(t *testing.T) {
	text, err := os.ReadFile("powers.h")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "= {\n")
	if !ok {
		t.Fatal("no table in powers.h")
	}
	lines := strings.Split(table, "\n")
	one, mask := big.NewInt(1), new(big.Int).SetUint64(math.MaxUint64)
	for i, k := 0, -292; k <= 324; i, k = i+1, k+1 {
		num, den := big.NewInt(1), big.NewInt(1)
		if p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(k, -k))), nil); k >= 0 {
			num = p
		} else {
			den = p
		}
		if shift := ((k * 1741647) >> 19) - 127; shift >= 0 {
			den.Lsh(den, uint(shift))
		} else {
			num.Lsh(num, uint(-shift))
		}
		q, r := new(big.Int).QuoRem(num, den, new(big.Int))
		if r.Sign() != 0 {
			q.Add(q, one)
		}
		hi, lo := new(big.Int).Rsh(q, 64), new(big.Int).And(q, mask)
		if want := fmt.Sprintf("{0x%016xULL,0x%016xULL},", hi, lo); lines[i] != want {
			t.Fatalf("10^%d: %s, want %s", k, lines[i], want)
		}
	}
}
