# Values of every type, and how they are spelled.
SELECT 1, 1.0, 'a', x'00ff', NULL, '', x'', -0.0, 0.0, 9e999, -9e999
SELECT 9007199254740991, 9007199254740992, 9007199254740993, 9223372036854775807, -9223372036854775808, 9223372036854775808, -9223372036854775809
SELECT 1e20, 1e21, 1e22, 123456789012345680000.0, 1234567890123456789012.0, 1e-6, 1e-7, 1.5e-7, 1e300, 1e-300, 5e-324, 1.7976931348623157e308
SELECT 0.1, 0.1+0.2, 1/3.0, 2/3.0, 1e15+0.3, 123456.789, 4.35, 2.5, 1.005, 100.0, 1e5, 1.0e10, -1.5
SELECT 4611686018427387904, 4611686018427387905, 1152921504606846976, 1152921504606846977, 18014398509481985, 36028797018963969, 99999999999999999
SELECT 9e999 - 9e999, 0.0/0.0, 1/0, 1.0/0, 5%0, sqrt(-1), ln(0), -9e999 + 9e999
SELECT char(0), 'a' || char(0) || 'b', length('a' || char(0) || 'b'), hex('a' || char(0) || 'b'), char(0, 0)
SELECT 'é', '😀', 'a"b', 'a\b', 'tab	x', char(8, 9, 10, 12, 13, 27, 127, 128, 159, 8232, 8233, 65279, 65533, 65534, 65535, 1114111)
SELECT char(55296), char(56320), char(55357, 56832), hex(char(55296)), char(1114112), char(-1), unicode(char(55296))
SELECT CAST(x'ff' AS TEXT), CAST(x'e282' AS TEXT), CAST(x'ef' AS TEXT), CAST(x'eda080' AS TEXT), CAST(x'f09f98' AS TEXT), CAST(x'c080' AS TEXT)
SELECT CAST(x'efbfbd41efbf' AS TEXT), CAST(x'80' AS TEXT), CAST(x'f0808080' AS TEXT), CAST(x'f4908080' AS TEXT), CAST(x'f8888080' AS TEXT), CAST(x'41e2' AS TEXT), CAST(x'e28241' AS TEXT)
SELECT CAST(x'f09f9880' AS TEXT), CAST(x'c3a9' AS TEXT), CAST(x'c1bf' AS TEXT), CAST(x'e0809f' AS TEXT), CAST(x'fe' AS TEXT), CAST(x'f1' AS TEXT), CAST(x'f180' AS TEXT), CAST(x'f18080' AS TEXT), CAST(x'ed' AS TEXT), CAST(x'eda0' AS TEXT)
SELECT CAST(x'00' AS TEXT), CAST(x'410042' AS TEXT), length(CAST(x'410042' AS TEXT)), CAST(x'' AS TEXT)
SELECT length(CAST(x'ff' AS TEXT)), hex(CAST(x'ff' AS TEXT)), CAST(x'ff' AS TEXT) = CAST(x'ff' AS TEXT)
SELECT 1 AS "é", 2 AS "a""b", 3 AS [x y], 4 AS `q`, 5 AS 'lit', 6 AS "", 7 AS "__proto__", 8 AS "constructor"
@execute SELECT 1 AS "é", 2 AS "a""b", 3 AS [x y], 4 AS `q`, 5 AS 'lit', 6 AS "", 8 AS "constructor"
@execute SELECT 1 AS a, 2 AS b, 3 AS a, 4 AS "1", 5 AS "0", 6 AS "-1", 7 AS "01", 8 AS "4294967295", 9 AS "1.5"
SELECT 1 AS a, 2 AS a, 3 AS A
@execute SELECT 1 AS a, 2 AS a, 3 AS A
@execute VALUES (1, 2), (3, 4)
@execute SELECT NULL AS n, 1.5 AS r, x'0102' AS b, 't' AS t, 9e999 AS i
@execute SELECT 1 WHERE 0
@execute CREATE TABLE IF NOT EXISTS nothing(a)
SELECT TRUE, FALSE, TRUE + 1, typeof(TRUE), 1 IS TRUE, 'a' IS TRUE, NULL IS NOT FALSE
SELECT CAST('12abc' AS INTEGER), CAST('1e3' AS INTEGER), CAST('0x10' AS INTEGER), CAST(1e19 AS INTEGER), CAST(-1e19 AS INTEGER), CAST('9223372036854775808' AS INTEGER), CAST(9e999 AS INTEGER)
SELECT CAST('1.5abc' AS REAL), CAST('' AS REAL), CAST(x'31' AS REAL), CAST('  5' AS NUMERIC), CAST('5.0' AS NUMERIC), CAST('1e400' AS REAL), CAST(1.0 AS TEXT), CAST(1e21 AS TEXT), CAST(0.1+0.2 AS TEXT)
SELECT 9223372036854775807 + 1, 9223372036854775807 * 2, -9223372036854775808 - 1, abs(-9223372036854775807), -(-9223372036854775808)
SELECT 7/2, -7/2, 7%3, -7%3, 7.5%2, 7/2.0, 1<<62, 1<<63, 1<<64, -1>>70, ~5, 5&3, 5|3, 'a'||1||NULL, 'a'||1.0
SELECT zeroblob(0), zeroblob(4), zeroblob(-1), length(zeroblob(1000)), randomblob(0) IS NOT NULL
SELECT typeof(1), typeof(1.0), typeof('a'), typeof(x''), typeof(NULL), typeof(9223372036854775808), typeof(1e2), typeof(0x7fffffffffffffff), 0xffffffffffffffff
SELECT 0x10000000000000000
SELECT 1_000, 1_0.0_1, 0x1_f
SELECT 1__0
SELECT 10 COLLATE NOCASE = '10', 'a' = 'A' COLLATE NOCASE, 'a ' = 'a' COLLATE RTRIM, x'61' = 'a', 1 = '1', 1 = 1.0, NULL = NULL, NULL IS NULL
SELECT 1 < 'a', 'a' < x'00', 1e308 < 'x', NULL < 1, min(1, 'a', x'00'), max(1, 'a', x'00'), min(1, NULL)
CREATE TABLE aff(i INTEGER, t TEXT, r REAL, b BLOB, n NUMERIC, o)
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- [1, 1, 1, 1, 1, 1]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- [1.5, 1.5, 1.5, 1.5, 1.5, 1.5]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- ["1", "1", "1", "1", "1", "1"]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- ["a", "a", "a", "a", "a", "a"]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- [[49], [49], [49], [49], [49], [49]]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- [null, null, null, null, null, null]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- [9007199254740993, 9007199254740993, 9007199254740993, 9007199254740993, 9007199254740993, 9007199254740993]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- [1e21, 1e21, 1e21, 1e21, 1e21, 1e21]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- [-0.0, -0.0, -0.0, -0.0, -0.0, -0.0]
INSERT INTO aff VALUES (?, ?, ?, ?, ?, ?) <- ["1e3", "0x10", " 5 ", "5.0", "5.0", "5.0"]
SELECT *, typeof(i), typeof(t), typeof(r), typeof(b), typeof(n), typeof(o) FROM aff
SELECT i, t FROM aff WHERE t = 1
SELECT i, t FROM aff WHERE t = '1'
SELECT count(*) FROM aff WHERE i = ? <- ["1"]
SELECT count(*) FROM aff WHERE t = ? <- [1]
SELECT count(*) FROM aff WHERE b = ? <- [1]
CREATE TABLE st(i INT, n INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT
INSERT INTO st VALUES (?, ?, ?, ?, ?, ?) <- [1, 2, 3, "x", [1], 5]
INSERT INTO st(i) VALUES (?) <- [1.5]
INSERT INTO st(i) VALUES (?) <- ["x"]
INSERT INTO st(r) VALUES (?) <- ["1.5"]
INSERT INTO st(t) VALUES (?) <- [1]
INSERT INTO st(t) VALUES (?) <- [[1]]
INSERT INTO st(b) VALUES (?) <- ["x"]
INSERT INTO st(i) VALUES (9007199254740993)
SELECT *, typeof(i), typeof(r), typeof(t), typeof(a) FROM st
CREATE TABLE st2(x FLOAT) STRICT
CREATE TABLE st3(x) STRICT
