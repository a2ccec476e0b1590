package generate

import (
	"strings"

	"github.com/dione-db/dione/integration"
)

// spoiled makes a valid request and then damages it in one place.
func (g *Generator) spoiled() integration.Request {
	req := g.one(g.pick())
	g.pending = nil // most likely refused; where it is not, the model only knows less
	st := &req.Statements[0]
	words := strings.Fields(st.SQL)
	i := g.rng.IntN(len(words))
	switch g.rng.IntN(12) {
	case 0:
		words = append(words[:i:i], words[i+1:]...)
	case 1:
		words[i] = g.one1("nope", "SELECT", "FROM", ")", "(", ",", "no such", "1", "''", "'open", "\"open", "/*", "--", ";", "?", "_cf_x", "sqlite_version()")
	case 2:
		words = append(words[:i:i], append([]string{words[i]}, words[i:]...)...)
	case 3:
		st.Params = append(st.Params, 1.0)
	case 4:
		if len(st.Params) > 0 {
			st.Params = st.Params[1:]
		}
	case 5:
		words[0] = g.one1("SELECT", "INSERT", "EXPLAIN "+words[0], "WITH", "PRAGMA", "DROP", "xyz")
	case 6:
		words = words[:max(1, i)]
	case 7:
		words = append(words, g.one1("FROM nope", "WHERE nope = 1", "; SELECT ?", "LIMIT", "ORDER BY 99", "RETURNING nope", "x y z", "; nope", "; SELECT * FROM nope"))
	case 8:
		for j, w := range words {
			if len(w) > 1 && (w[0] == 't' || w[0] == 'c') && w[1] >= '0' && w[1] <= '9' {
				words[j] = "z" + w
				break
			}
		}
	case 9:
		st.SQL = "INSERT INTO sqlite_master VALUES (1, 2, 3, 4, 5)"
		if g.chance(70) {
			st.SQL = g.one1("SELECT nope(1)", "SELECT count(1, 2)", "SELECT abs()", "SELECT max(count(*))", "SELECT sum(1) OVER () + sum(count(*))", "SELECT row_number()",
				"CREATE TABLE sqlite_x(a)", "CREATE TABLE t(a, a)", "CREATE TABLE t", "DROP TABLE nope", "DROP TABLE sqlite_master", "SELECT * FROM (SELECT 1", "SELECT 1 2 3",
				"SELECT 'abc", "SELECT @", "SELECT #", "SELECT json('{')", "SELECT abs(-9223372036854775808)", "SELECT 1 WHERE 1 LIKE", "SELECT sqlite_version()", "SELECT RAISE(ABORT, 'x')",
				"SELECT * FROM json_each('[')", "UPDATE sqlite_schema SET sql = ''", "SELECT 1 UNION SELECT 1, 2", "SELECT * FROM _cf_KV")
		}
		st.Params = []any{}
		return req
	case 10:
		st.SQL = strings.Map(func(r rune) rune {
			if r == '(' && g.chance(30) {
				return -1
			}
			return r
		}, st.SQL)
		return req
	default:
		// Twice: the second mostly meets what the first made.
		if !givesRows(st.SQL) {
			st.SQL += "; " + st.SQL
		}
		return req
	}
	st.SQL = strings.Join(words, " ")
	return req
}
