package generate

import "strings"

// call makes a call of an allowed scalar function that gives the same on every run.
func (g *Generator) call(s scope, d int) string {
	forms := []string{
		"abs(#)", "char(65, 66)", "coalesce(#, #)", "concat(#, #)", "concat_ws('-', #, #)", "format('%s|%d|%.2f', #, #, #)",
		"glob('*a*', #)", "hex(#)", "ifnull(#, #)", "iif(#, #, #)", "instr(#, 'a')", "length(#)", "likely(#)", "unlikely(#)",
		"likelihood(#, 0.5)", "lower(#)", "upper(#)", "ltrim(#)", "rtrim(#, 'a')", "trim(#)", "max(#, #)", "min(#, #, #)",
		"nullif(#, #)", "octet_length(#)", "printf('%q %Q %w', #, #, #)", "printf('%5d|%-5s|%05.1f|%x|%e|%g|%c', 5, #, #, 255, #, #, #)",
		"quote(#)", "replace(#, 'a', 'b')", "round(#)", "round(#, 1)", "sign(#)", "substr(#, 2)", "substr(#, -2, 1)", "substring(#, 1, 2)",
		"typeof(#)", "unhex('41')", "unhex(#)", "unicode(#)", "zeroblob(2)", "like('a%', #)",
		"date('2024-02-29', '+1 day')", "datetime(#, 'unixepoch')", "julianday('2000-01-01')", "strftime('%Y-%m-%d %H:%M:%S %j %w %s', '2024-01-15 10:20:30')",
		"time('12:34:56', '-1 hour')", "unixepoch('2024-01-01')", "timediff('2024-03-01', '2023-01-31')", "date('2024-01-31', '+1 month', 'start of year')",
		"acos(0.5)", "asin(#)", "atan(#)", "atan2(#, 2)", "ceil(#)", "cos(#)", "degrees(#)", "exp(1)", "floor(#)", "ln(#)", "log(#)", "log(2, #)", "log2(#)",
		"mod(#, 3)", "pi()", "pow(#, 2)", "radians(#)", "sin(#)", "sqrt(#)", "tan(#)", "tanh(#)", "trunc(#)", "acosh(2)", "sinh(1)",
		"json('{\"a\":[1,2]}')", "json_array(#, #)", "json_object('k', #)", "json_extract('{\"a\":[1,{\"b\":2}]}', '$.a[1].b')", "json_quote(#)",
		"json_array_length('[1,2,3]')", "json_type('{\"a\":1.5}', '$.a')", "json_valid(#)", "json_set('{\"a\":1}', '$.b', #)", "json_insert('[1]', '$[#]', #)",
		"json_remove('[1,2,3]', '$[0]')", "json_replace('{\"a\":1}', '$.a', #)", "json_patch('{\"a\":1}', '{\"b\":2}')", "'{\"a\":5}' -> '$.a'", "'{\"a\":5}' ->> 'a'",
		"json(jsonb_array(#, 1))", "hex(jsonb('[1]'))", "jsonb_extract('{\"a\":1}', '$.a')", "json_extract(#, '$.a')", "json(jsonb_set('{}', '$.x', #))",
	}
	form := forms[g.rng.IntN(len(forms))]
	form = strings.ReplaceAll(form, "'$[#]'", "'$[1]'")
	var b strings.Builder
	for {
		before, after, more := strings.Cut(form, "#")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		b.WriteString(g.expr(s, d))
		form = after
	}
}

// aggregate makes a call of an aggregate function.
func (g *Generator) aggregate(s scope) string {
	x := func() string { return g.expr(s, 1) }
	filter := func() string { return " FILTER (WHERE " + g.comparison(s, 0) + ")" }
	switch g.rng.IntN(12) {
	case 0, 1:
		return "count(*)"
	case 2:
		return "count(DISTINCT " + g.ref(s) + ")"
	case 3:
		return "group_concat(" + g.ref(s) + ", '/')"
	case 4:
		return "string_agg(" + g.ref(s) + ", ',' ORDER BY " + g.ref(s) + ")"
	case 5:
		return "json_group_array(" + g.one1("typeof(", "quote(") + g.ref(s) + "))"
	case 6:
		return "json_group_object(coalesce(" + g.ref(s) + ", 'n'), 1)"
	case 7:
		return "max(" + g.ref(s) + ")"
	case 8:
		return "min(" + g.ref(s) + ")"
	}
	return g.one1("sum(", "avg(", "total(", "count(", "max(", "min(") + x() + ")" + g.maybe(15, filter)
}

// window makes a call of a window function.
func (g *Generator) window(s scope) string {
	call := g.one1("row_number()", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "ntile(3)",
		"lag("+g.ref(s)+")", "lead("+g.ref(s)+", 2, 'none')", "first_value("+g.ref(s)+")", "last_value("+g.ref(s)+")",
		"nth_value("+g.ref(s)+", 2)", "sum("+g.ref(s)+")", "count(*)", "group_concat("+g.ref(s)+")", "max("+g.ref(s)+")")
	return call + " OVER (" + g.maybe(40, func() string { return "PARTITION BY " + g.ref(s) + " " }) +
		"ORDER BY " + g.ref(s) + g.maybe(30, text(" DESC")) + g.maybe(30, func() string {
		return " " + g.one1("ROWS", "GROUPS") + " BETWEEN " + g.one1("UNBOUNDED PRECEDING", "1 PRECEDING", "CURRENT ROW") + " AND " +
			g.one1("CURRENT ROW", "1 FOLLOWING", "UNBOUNDED FOLLOWING") + g.maybe(30, text(" EXCLUDE CURRENT ROW"))
	}) + ")"
}
