package integration_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dione-db/dione/integration"
)

// functions are those that D1 allows; denied are others that SQLite has or
// that a build of it may have.
const (
	functions = `abs changes char coalesce concat concat_ws format glob hex ifnull iif instr last_insert_rowid length like likelihood
		likely load_extension lower ltrim max_scalar min_scalar nullif octet_length printf quote random randomblob replace round rtrim
		sign soundex substr substring total_changes trim typeof unhex unicode unlikely upper zeroblob date time datetime julianday
		unixepoch strftime timediff current_date current_time current_timestamp avg count group_concat max min string_agg sum total
		row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value acos acosh asin asinh atan
		atan2 atanh ceil cos cosh degrees exp floor ln log log2 mod pi pow radians sin sinh sqrt tan tanh trunc json jsonb json_array
		jsonb_array json_array_length json_extract jsonb_extract json_insert jsonb_insert json_object jsonb_object json_patch
		jsonb_patch json_remove jsonb_remove json_replace jsonb_replace json_set jsonb_set json_type json_valid json_quote
		json_group_array jsonb_group_array json_group_object jsonb_group_object json_each json_tree match highlight bm25 snippet
		rtreecheck sqlite_rename_column sqlite_rename_table sqlite_rename_test sqlite_drop_column sqlite_rename_quotefix`
	denied = `if ceiling power log10 json_pretty json_error_position json_array_insert jsonb_array_insert jsonb_each jsonb_tree unistr
		unistr_quote subtype sqlite_version sqlite_source_id sqlite_log sqlite_compileoption_used sqlite_compileoption_get
		sqlite_offset fts3_tokenizer fts5 fts5_source_id fts5_insttoken fts5_locale fts5_get_locale fts5_expr rtreenode rtreedepth
		geopoly_area geopoly_json median percentile percentile_cont percentile_disc generate_series readfile writefile edit regexp
		matchinfo offsets optimize affinity expr_compare decimal ieee754 sha3 uuid stat_init stat_push stat_get
		sqlite_add_constraint sqlite_find_constraint sqlite_drop_constraint sqlite_fail nope`
)

// varying gives something else on every run; only the type of its value is compared.
var varying = strings.Fields("random randomblob date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp " +
	"sqlite_source_id")

// functionCases calls every function in many ways.
func functionCases() []integration.Request {
	list := []integration.Request{
		integration.One("CREATE TABLE t(a, b)"),
		integration.One("INSERT INTO t VALUES (1, 'x'), (2, 'y'), (NULL, x'00')"),
	}
	for _, f := range append(strings.Fields(functions), strings.Fields(denied)...) {
		for _, args := range []string{
			"", "1", "-1.5", "'abc'", "NULL", "x'6162'", "'a', 2", "1, 2", "'{\"a\":1}', '$.a'", "'abc', 'b', 'c'",
			"'{}', '$.x', 1", "'a', 'b', 'c', 'd'", "*", "DISTINCT 1",
		} {
			call := fmt.Sprintf("%s(%s)", f, args)
			if slices.Contains(varying, f) {
				call = "typeof(" + call + ")"
			}
			list = append(list, integration.One("SELECT "+call))
		}
		list = append(list,
			integration.One(fmt.Sprintf("SELECT %s(a) FROM t GROUP BY a IS NULL", varied(f))),
			integration.One(fmt.Sprintf("SELECT %s(a) OVER (ORDER BY a) FROM t", f)),
			integration.One(fmt.Sprintf("SELECT %s() OVER () FROM t", f)),
			integration.One(fmt.Sprintf("SELECT a FROM t WHERE %s(b, 'y') IS NULL", varied(f))),
			integration.One(fmt.Sprintf("SELECT count(*) FROM %s('[1,2]')", f)),
			integration.One(fmt.Sprintf("SELECT typeof(%s)", f)),
		)
	}
	list[0].Fresh = true
	return source("functions", list)
}

// varied leaves out functions whose value is another on each run.
func varied(f string) string {
	if slices.Contains(varying, f) {
		return "typeof"
	}
	return f
}

const pragmas = `analysis_limit application_id auto_vacuum automatic_index busy_timeout cache_size cache_spill case_sensitive_like
	cell_size_check checkpoint_fullfsync collation_list compile_options count_changes data_store_directory data_version database_list
	default_cache_size defer_foreign_keys empty_result_callbacks encoding foreign_key_check foreign_key_list foreign_keys
	freelist_count full_column_names fullfsync function_list hard_heap_limit ignore_check_constraints incremental_vacuum index_info
	index_list index_xinfo integrity_check journal_mode journal_size_limit legacy_alter_table legacy_file_format locking_mode
	max_page_count mmap_size module_list optimize page_count page_size parser_trace pragma_list query_only quick_check
	read_uncommitted recursive_triggers reverse_unordered_selects schema_version secure_delete short_column_names shrink_memory
	soft_heap_limit stats synchronous table_info table_list table_xinfo temp_store temp_store_directory threads trusted_schema
	user_version vdbe_trace wal_autocheckpoint wal_checkpoint writable_schema nope`

// changing are pragmas that an argument changes for the connection.
const changing = "case_sensitive_like foreign_keys defer_foreign_keys ignore_check_constraints legacy_alter_table recursive_triggers " +
	"reverse_unordered_selects"

// pragmaCases asks for every pragma in every form.
func pragmaCases() []integration.Request {
	list := []integration.Request{
		integration.One("CREATE TABLE u(a INTEGER PRIMARY KEY, b TEXT UNIQUE REFERENCES u(b), c GENERATED ALWAYS AS (b || 'c'))"),
		integration.One("CREATE INDEX iu ON u(b, a DESC)"),
		integration.One("INSERT INTO u VALUES (1, 'x'), (2, NULL)"),
	}
	list[0].Fresh = true
	for p := range strings.FieldsSeq(pragmas) {
		for _, form := range []string{
			"PRAGMA %s", "PRAGMA %s(u)", "PRAGMA %s('u')", "PRAGMA %s(iu)", "PRAGMA %s = 1", "PRAGMA %s = off", "PRAGMA %s(\"yes\")",
			"PRAGMA %s(nope)", "PRAGMA %s(_cf_x)", "PRAGMA main.%s", "PRAGMA main.%s(u)", "PRAGMA temp.%s", "PRAGMA %s = -5", "PRAGMA %s = 0x10", "PRAGMA %s = 1.5",
			"SELECT * FROM pragma_%s", "SELECT * FROM pragma_%s('u')", "SELECT count(*) FROM pragma_%s('u', 'main')",
		} {
			list = append(list, integration.One(fmt.Sprintf(form, p)))
		}
		if slices.Contains(strings.Fields(changing), p) {
			for _, value := range []string{"true", "FALSE", "'on'", "onion", "offset", "0", "10", "2", "no", "''", "NULL", "+1", "yes"} {
				list = append(list, integration.One(fmt.Sprintf("PRAGMA %s = %s", p, value)), integration.One("PRAGMA "+p))
			}
			list = append(list, integration.One("PRAGMA "+p+" = "+map[bool]string{true: "on", false: "off"}[p == "foreign_keys"]))
		}
	}
	return source("pragmas", list)
}

func repeat(n int, sep, s string) string {
	return strings.TrimSuffix(strings.Repeat(s+sep, n), sep)
}

func numbered(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(format, i+1)
	}
	return strings.Join(parts, ", ")
}

// limitCases goes to every limit and one beyond.
func limitCases() []integration.Request {
	var list []integration.Request
	add := func(sql string, params ...any) { list = append(list, integration.One(sql, params...)) }
	ones := func(n int) []any { return slices.Repeat([]any{1.0}, n) }
	for _, n := range []int{99, 100, 101, 102} {
		add("SELECT "+repeat(n, " + ", "?"), ones(n)...)
		add(fmt.Sprintf("SELECT ?%d", n), ones(n)...)
		add("SELECT "+numbered(n, "%d"), ones(0)...)
		add(fmt.Sprintf("CREATE TABLE wide%d(%s)", n, numbered(n, "c%d")))
		add(fmt.Sprintf("CREATE INDEX iw%d ON wide100(%s)", n, numbered(n, "c%d")))
		add(fmt.Sprintf("SELECT * FROM wide100 ORDER BY %s", numbered(n, "c%d")))
		add(fmt.Sprintf("INSERT INTO wide100 VALUES (%s)", numbered(n, "%d")))
		add(fmt.Sprintf("CREATE VIEW vw%d AS SELECT %s", n, numbered(n, "%d AS c%[1]d")))
		add("SELECT " + repeat(n, "+", "1"))
		add("SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n))
		add("SELECT " + strings.Repeat("-", n) + "1")
		add("SELECT " + strings.Repeat("abs(", n) + "1" + strings.Repeat(")", n))
		add("SELECT 1 WHERE " + repeat(n, " AND ", "1=1"))
		add("UPDATE wide100 SET " + numbered(n, "c%d = 1"))
	}
	add("ALTER TABLE wide100 ADD COLUMN onemore")
	for _, n := range []int{4, 5, 6, 7} {
		add(repeat(n, " UNION ALL ", "SELECT 1"))
		add("VALUES " + repeat(n*100, ", ", "(1)"))
	}
	for _, n := range []int{126, 127, 128} {
		for _, f := range []string{"max", "coalesce", "json_array", "char", "printf"} {
			add(fmt.Sprintf("SELECT %s(%s)", f, numbered(n, "%d")))
		}
	}
	for _, n := range []int{49, 50, 51} {
		pattern := strings.Repeat("a", n)
		add("SELECT 'x' LIKE '" + pattern + "'")
		add("SELECT 'x' GLOB '" + pattern + "'")
		add("SELECT ? LIKE ?", pattern, pattern)
		add("SELECT 'x' LIKE ?", strings.Repeat("é", n/2)+strings.Repeat("a", n%2))
	}
	for _, n := range []int{99_999, 100_000, 100_001} {
		add("SELECT '" + strings.Repeat("x", n-len("SELECT ''")) + "'")
		add("SELECT 1 --" + strings.Repeat("x", n-len("SELECT 1 --")))
		add(strings.Repeat(" ", n-len("SELECT 1")) + "SELECT 1")
		add("SELECT 1" + strings.Repeat(" ", n-len("SELECT 1")))
		add("SELECT 1; SELECT '" + strings.Repeat("x", n-len("SELECT ''")) + "'")
		add("SELECT '" + strings.Repeat("é", (n-len("SELECT ''"))/2) + "'")
	}
	list = append(list, sizeCases()...)
	list = append(list, depthCases()...)
	list[0].Fresh = true
	return source("limits", list)
}

// sizeCases goes around the largest value. Each size has a database of its own,
// because an insert that only one side takes changes all that follows.
func sizeCases() []integration.Request {
	var list []integration.Request
	for _, n := range []int{1_999_000, 1_999_999, 2_000_000, 2_000_001, 2_100_000, 8_388_641, 8_388_642, 8_388_643, 20_000_000} {
		first := len(list)
		list = append(list,
			integration.One(fmt.Sprintf("SELECT length(zeroblob(%d))", n)),
			integration.One(fmt.Sprintf("SELECT length(hex(zeroblob(%d)))", n/2)),
			integration.One(fmt.Sprintf("SELECT length(printf('%%%dd', 1))", n)),
			integration.One(fmt.Sprintf("SELECT length(replace(hex(zeroblob(%d)), '0', 'ab'))", n/4)),
			integration.One(fmt.Sprintf("SELECT length(group_concat(v, '')) FROM (SELECT hex(zeroblob(%d)) AS v UNION ALL SELECT 'abcd')", n/2)),
		)
		if n < 3_000_000 {
			list = append(list, integration.One("SELECT length(?)", strings.Repeat("x", n)))
		}
		list = append(list,
			integration.One("CREATE TABLE big(id INTEGER PRIMARY KEY, v)"),
			integration.One(fmt.Sprintf("INSERT INTO big(v) VALUES (zeroblob(%d))", n)))
		if n < 2_000_000-100 { // a row is as small as a value
			list = append(list, integration.One("SELECT id, length(v), typeof(v), v = zeroblob(5) FROM big"),
				integration.One("UPDATE big SET v = hex(zeroblob(999000))"), integration.One("SELECT substr(v, 1, 5) FROM big"))
		}
		list[first].Fresh = true
	}
	return list
}

// depthCases goes to the limits of programs, triggers and nesting.
func depthCases() []integration.Request {
	list := []integration.Request{
		{Fresh: true, Statements: []integration.Statement{{SQL: "CREATE TABLE deep(n INTEGER)"}}},
		integration.One("CREATE TRIGGER again AFTER INSERT ON deep WHEN new.n > 0 BEGIN INSERT INTO deep VALUES (new.n - 1); END"),
		integration.One("PRAGMA recursive_triggers = on"),
	}
	for _, n := range []int{8, 9, 10, 11, 12} {
		list = append(list, integration.One(fmt.Sprintf("INSERT INTO deep VALUES (%d)", n)), integration.One("SELECT count(*) FROM deep"))
	}
	for _, n := range []int{100, 1000, 2000, 3000, 6000} {
		list = append(list, integration.One("INSERT INTO deep SELECT 0 FROM (VALUES "+repeat(n, ",", "(1)")+")"),
			integration.One("SELECT CASE 1 "+strings.Repeat("WHEN 2 THEN 3 ", n)+"END"),
			integration.One("SELECT 1 IN ("+repeat(n, ",", "5")+")"),
			integration.One("SELECT abs(1) IN ("+repeat(n, ",", "abs(-5)")+")"))
	}
	list = append(list, integration.One("SELECT 1 IN ("+repeat(49_000, ",", "5")+")"))
	list = append(list, integration.One("DROP TRIGGER again"), integration.One("PRAGMA recursive_triggers = off"))
	for _, n := range []int{10, 33, 34, 49, 50, 51} {
		list = append(list,
			integration.One("SELECT "+strings.Repeat("(SELECT ", n)+"1"+strings.Repeat(")", n)),
			integration.One("SELECT * FROM "+strings.Repeat("(SELECT * FROM ", n)+"deep"+strings.Repeat(")", n)+" LIMIT 1"),
			integration.One("SELECT 1 FROM "+numbered(n, "deep AS d%d")+" LIMIT 1"),
			integration.One("SELECT json('"+strings.Repeat("[", n*30)+strings.Repeat("]", n*30)+"')"))
	}
	for _, n := range []int{62, 63, 64, 65, 66} {
		list = append(list, integration.One("SELECT 1 FROM "+numbered(n, "deep AS d%d")+" LIMIT 1"))
	}
	return list
}

// source numbers requests that were made by a program.
func source(name string, list []integration.Request) []integration.Request {
	for i := range list {
		list[i].Source = fmt.Sprintf("%s request %d", name, i+1)
	}
	return list
}
