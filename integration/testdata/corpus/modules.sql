# Full text, R*Tree, JSON, dates.
CREATE VIRTUAL TABLE docs USING fts5(title, body, tag UNINDEXED)
INSERT INTO docs VALUES ('First post', 'hello world and all who live there', 'a'), ('Second', 'the world of full text search', 'b'), ('Third post', 'hello hello hello', 'c')
INSERT INTO docs(rowid, title, body) VALUES (50, 'Fifty', 'a late world')
SELECT rowid, * FROM docs
SELECT title FROM docs WHERE docs MATCH 'hello'
SELECT title, rank, bm25(docs) FROM docs WHERE docs MATCH 'world' ORDER BY rank
SELECT title, bm25(docs, 10.0, 1.0) FROM docs WHERE docs MATCH 'post OR world' ORDER BY 2
SELECT highlight(docs, 1, '<b>', '</b>') FROM docs('hello')
SELECT snippet(docs, 1, '[', ']', '...', 3) FROM docs WHERE docs MATCH 'world'
SELECT snippet(docs, -1, '[', ']', '…', 2) FROM docs WHERE docs MATCH 'text'
SELECT title FROM docs WHERE docs MATCH 'title:post AND body:hello'
SELECT title FROM docs WHERE docs MATCH '{title body}: second'
SELECT title FROM docs WHERE docs MATCH 'hel*'
SELECT title FROM docs WHERE docs MATCH '"full text"'
SELECT title FROM docs WHERE docs MATCH 'NEAR(full search, 2)'
SELECT title FROM docs WHERE docs MATCH 'world NOT full'
SELECT title FROM docs WHERE docs MATCH '^second'
SELECT title FROM docs WHERE title MATCH 'post'
SELECT title FROM docs WHERE docs = 'hello'
SELECT title FROM docs WHERE docs MATCH ? <- ["hello world"]
SELECT title FROM docs WHERE docs MATCH 'bad "'
SELECT title FROM docs WHERE docs MATCH ''
SELECT title FROM docs WHERE docs MATCH 'nocol:x'
SELECT title FROM docs WHERE docs MATCH 'a AND'
SELECT title FROM docs WHERE docs MATCH NULL
SELECT count(*) FROM docs
SELECT * FROM docs WHERE rowid = 2
SELECT * FROM docs WHERE rowid > 1 AND docs MATCH 'hello'
SELECT title FROM docs WHERE docs MATCH 'hello' ORDER BY rowid DESC
SELECT title FROM docs WHERE docs MATCH 'hello' LIMIT 1
SELECT bm25(docs) FROM docs
SELECT highlight(docs, 9, '', '') FROM docs WHERE docs MATCH 'hello'
SELECT highlight(docs, 0) FROM docs WHERE docs MATCH 'hello'
SELECT snippet(docs) FROM docs WHERE docs MATCH 'hello'
UPDATE docs SET body = body || ' changed' WHERE rowid = 1
UPDATE docs SET tag = 'z'
DELETE FROM docs WHERE rowid = 2
DELETE FROM docs WHERE docs MATCH 'late'
INSERT INTO docs(docs) VALUES ('optimize')
INSERT INTO docs(docs) VALUES ('rebuild')
INSERT INTO docs(docs) VALUES ('integrity-check')
INSERT INTO docs(docs, rank) VALUES ('merge', 500)
INSERT INTO docs(docs, rank) VALUES ('rank', 'bm25(5.0)')
INSERT INTO docs(docs, rank) VALUES ('pgsz', 100)
INSERT INTO docs(docs, rank) VALUES ('automerge', 2)
INSERT INTO docs(docs) VALUES ('delete-all')
INSERT INTO docs(docs) VALUES ('nonsense')
SELECT name FROM sqlite_master WHERE name LIKE 'docs%'
SELECT * FROM docs_config
SELECT id, hex(sz) FROM docs_docsize
SELECT count(*) FROM docs_data
SELECT * FROM docs_content
INSERT INTO docs_content VALUES (99, 1, 2, 3)
DELETE FROM docs_data
DROP TABLE docs_data
CREATE VIRTUAL TABLE voc USING fts5vocab(docs, row)
CREATE VIRTUAL TABLE voc2 USING fts5vocab('docs', 'col')
CREATE VIRTUAL TABLE voc3 USING fts5vocab(docs, instance)
SELECT * FROM voc
SELECT * FROM voc2 WHERE term > 'h'
SELECT * FROM voc3 WHERE term = 'hello'
CREATE VIRTUAL TABLE IF NOT EXISTS docs USING fts5(x)
CREATE VIRTUAL TABLE por USING fts5(t, tokenize = 'porter unicode61', prefix = '2 3', detail = none)
INSERT INTO por VALUES ('running runners ran'), ('Électricité électrique')
SELECT * FROM por('run')
SELECT * FROM por('electricite')
SELECT * FROM por('ru*')
CREATE VIRTUAL TABLE tri USING fts5(t, tokenize = 'trigram')
INSERT INTO tri VALUES ('abcdefg'), ('xyzabc')
SELECT * FROM tri WHERE t LIKE '%cde%'
SELECT * FROM tri WHERE t GLOB '*zab*'
SELECT * FROM tri('abc')
CREATE TABLE src(id INTEGER PRIMARY KEY, body)
CREATE VIRTUAL TABLE ext USING fts5(body, content = 'src', content_rowid = 'id')
INSERT INTO src VALUES (1, 'external content'), (2, 'other content')
INSERT INTO ext(ext) VALUES ('rebuild')
SELECT rowid, body FROM ext('content')
INSERT INTO ext(ext, rowid, body) VALUES ('delete', 1, 'external content')
SELECT rowid FROM ext('content')
CREATE VIRTUAL TABLE less USING fts5(body, content = '', contentless_delete = 1)
INSERT INTO less(rowid, body) VALUES (1, 'gone text'), (2, 'more text')
SELECT rowid, body FROM less('text')
DELETE FROM less WHERE rowid = 1
SELECT rowid FROM less('text')
CREATE VIRTUAL TABLE sp USING fts5("a b", [c d])
INSERT INTO sp VALUES ('x y', 'z')
SELECT "a b" FROM sp('"a b":x')
ALTER TABLE docs RENAME TO documents
SELECT count(*) FROM documents
DROP TABLE documents
DROP TABLE por
CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, y0, y1, +label TEXT)
INSERT INTO box VALUES (1, 0, 10, 0, 10, 'a'), (2, 5, 15, 5, 15, 'b'), (3, 20.5, 30.25, -5, 5, 'c')
SELECT * FROM box
SELECT id, label FROM box WHERE x0 >= 5 AND x1 <= 31
SELECT id FROM box WHERE x0 < 8 AND y1 > 12
SELECT * FROM box WHERE id = 2
INSERT INTO box VALUES (4, 10, 5, 0, 1, 'bad')
INSERT INTO box VALUES (1, 0, 1, 0, 1, 'dup')
INSERT OR REPLACE INTO box VALUES (1, 0, 1, 0, 1, 'rep')
INSERT INTO box(x0, x1, y0, y1) VALUES (1, 2, 3, 4) RETURNING id
UPDATE box SET label = 'z' WHERE id = 2
UPDATE box SET x1 = 100 WHERE id = 2
DELETE FROM box WHERE id = 3
SELECT id, x1 FROM box ORDER BY id
SELECT rtreecheck('box')
SELECT rtreecheck('main', 'box')
SELECT rtreenode(2, x'00')
SELECT rtreedepth(x'0001')
SELECT count(*) FROM box_node
INSERT INTO box_rowid VALUES (9, 9)
CREATE VIRTUAL TABLE ibox USING rtree_i32(id, a, b)
INSERT INTO ibox VALUES (1, 1.5, 2.9), (2, -2147483648, 2147483647)
SELECT * FROM ibox
CREATE VIRTUAL TABLE gbox USING geopoly(x)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 200) INSERT INTO ibox SELECT i + 10, i, i + 5 FROM s
SELECT count(*) FROM ibox WHERE a > 50 AND b < 100
SELECT rtreecheck('ibox')
DROP TABLE box
SELECT json('{"a": [1, 2.5, "x", null, true]}'), json('[1,2,]')
SELECT json('{a:1, /* c */ b:0x10, c:+1, d:.5, e:Infinity}')
SELECT json_array(1, 2.0, 'x', NULL, json('[1]'), json_array()), json_object('a', 1, 'b', json('{"c":2}'))
SELECT json_extract('{"a":{"b":[10,20,{"c":30}]}}', '$.a.b[2].c', '$.a.b[#-1]', '$.nope', '$')
SELECT '{"a":1}' -> 'a', '{"a":"x"}' ->> 'a', '{"a":"x"}' -> '$.a', '[1,2]' -> 1, '[1,2]' ->> -1, '{"1":5}' ->> 1
SELECT json_insert('{"a":1}', '$.a', 9, '$.b', 2), json_replace('{"a":1}', '$.a', 9, '$.b', 2), json_set('{"a":1}', '$.a', 9, '$.b', 2)
SELECT json_remove('{"a":1,"b":[1,2,3]}', '$.a', '$.b[1]'), json_patch('{"a":1,"b":2}', '{"b":null,"c":3}')
SELECT json_type('[1,1.5,"x",null,true,{}]', '$[0]'), json_type('{}'), json_type('nope')
SELECT json_valid('{}'), json_valid('{a:1}'), json_valid('{a:1}', 2), json_valid(x'00', 4), json_valid(NULL)
SELECT json_array_length('[1,[2,3]]'), json_array_length('[1,[2,3]]', '$[1]'), json_array_length('{}')
SELECT json_quote('a"b'), json_quote(1.5), json_quote(NULL), json_quote(json('[1]')), json_quote(9e999)
SELECT json_group_array(value), json_group_object(key, value) FROM json_each('{"x":1,"y":[2]}')
SELECT * FROM json_each('[1,"a",null,{"b":2}]')
SELECT key, value, type, atom, id, parent, fullkey, path FROM json_tree('{"a":[1,{"b":"c"}]}')
SELECT fullkey, atom FROM json_tree('{"a":[1,{"b":"c"}]}', '$.a') WHERE atom IS NOT NULL
SELECT hex(jsonb('{"a":[1,2.5,"x",null,true]}')), json(jsonb('{"a":1}')), typeof(jsonb('1'))
SELECT jsonb('{"a":1}'), jsonb_array(1, 'x'), jsonb_object('a', 1)
SELECT json(jsonb_set('{}', '$.a', jsonb('[1]'))), jsonb_extract('[1,2]', '$[0]'), json(jsonb_extract('[[1],2]', '$[0]')), json(jsonb_group_array(column1)) FROM (VALUES (1), (2))
SELECT json_each.value FROM json_each('["é😀\u00e9\ud83d\ude00"]')
SELECT json('"\ud800"'), json_extract('"\ud800"', '$'), hex(json_extract('"\ud800"', '$'))
SELECT json_extract('[1e400, -1e400, 12345678901234567890, 1.0, 1e2]', '$[0]', '$[1]', '$[2]', '$[3]', '$[4]')
SELECT json_extract('[9223372036854775807]', '$[0]'), json_extract('[9223372036854775808]', '$[0]'), '{"a":9007199254740993}' ->> 'a'
CREATE TABLE js(id INTEGER PRIMARY KEY, data TEXT, name TEXT AS (data ->> 'name') STORED, city AS (json_extract(data, '$.addr.city')))
CREATE INDEX js_city ON js(city)
INSERT INTO js(data) VALUES ('{"name":"A","addr":{"city":"Rome"}}'), ('{"name":"B"}')
INSERT INTO js(data) VALUES ('not json')
SELECT * FROM js WHERE city = 'Rome'
UPDATE js SET data = json_set(data, '$.addr.city', 'Oslo') WHERE id = 2
SELECT name, city FROM js ORDER BY city
SELECT date('2024-02-29'), date('2024-02-29', '+1 year'), date('2024-01-31', '+1 month'), date('2024-12-31', 'weekday 0')
SELECT datetime('2024-01-01 12:00', '+90 minutes'), datetime(1700000000, 'unixepoch'), datetime(1700000000.5, 'unixepoch', 'subsec'), datetime(2460000.5)
SELECT time('23:59:59', '+1 second'), time('12:00:00.123', 'subsec'), time('10:00+02:00')
SELECT julianday('2024-01-01'), unixepoch('1970-01-01'), unixepoch('2024-01-01 00:00:00.75', 'subsec'), unixepoch('nope')
SELECT strftime('%d %e %f %F %G %g %H %I %j %J %k %l %m %M %p %P %R %s %S %T %U %u %V %w %W %Y %%', '2024-03-05 07:08:09.123')
SELECT timediff('2024-03-15 10:00', '2023-01-31 12:30'), timediff('2000-01-01', '2024-02-29')
SELECT date('2024-01-15', 'start of month', '+1 month', '-1 day'), date('now') = date(), typeof(current_timestamp), length(current_date)
SELECT date('0000-01-01'), date('9999-12-31', '+1 day'), date('-4713-11-24'), date(''), date(NULL)
SELECT datetime('2024-01-01', 'localtime') = datetime('2024-01-01', 'utc')
SELECT date('2024-01-31', '+1 month', 'floor'), date('2024-01-31', '+1 month', 'ceiling'), date('2024-13-01'), date('2024-02-30')
SELECT printf('%d|%5d|%-5d|%05d|%+d|%x|%X|%o|%e|%.3f|%g|%G|%s|%10s|%-10s|%.2s|%c|%%|%q|%Q|%w|%i|%u', 42, 42, 42, 42, 42, 255, 255, 8, 12345.678, 3.14159, 1e10, 1e-10, 'str', 'str', 'str', 'str', 'char', 'it''s', 'it''s', 'a"b', 7, -1)
SELECT printf('%,d %,.2f %!.20f %#x %lld %5c|%n', 1234567, 9876543.21, 0.1, 255, 9223372036854775807, 'x')
SELECT format('%s', NULL), format('%d', 'abc'), format('%s %s', 'one'), format(NULL), format('%z')
SELECT round(2.5), round(-2.5), round(1.005, 2), round(123.456, -1), round(1e20), round('x'), round(9223372036854775807.0), round(0.1 + 0.2, 15)
SELECT substr('héllo', 2, 3), substr('abc', 0), substr('abc', -2), substr('abc', 2, -1), substr(x'010203', 2), substr('abc', 5), substr(12345, 2, 2)
SELECT upper('straße é'), lower('ÀÉ ABC'), trim('  x  '), ltrim('xxabc', 'x'), rtrim('abcxx', 'cx'), trim('éaé', 'é'), replace('aaa', 'a', 'bb'), replace('abc', '', 'x')
SELECT instr('hello', 'l'), instr(x'0102', x'02'), instr('héllo', 'l'), unicode('é'), unicode(''), char(233, 128512), hex('é'), hex(12), quote('a''b'), quote(x'ab'), quote(1.0), quote(NULL), quote('a' || char(0))
SELECT length('é😀'), octet_length('é😀'), length(x'00ff'), length(NULL), length(123.5), typeof(length('a')), concat(1, NULL, 'a'), concat_ws(',', 1, NULL, 'b'), concat()
SELECT abs(-5), abs('x'), abs(NULL), sign(-3.5), sign('x'), min(3, 1, 2), max('a', 'b'), nullif(1, 1), ifnull(NULL, 2), coalesce(NULL, NULL, 3), iif(0, 1, 2), iif(1, 2)
SELECT ceil(1.2), floor(-1.2), trunc(-1.7), mod(10, 3), mod(-10.5, 3), pow(2, 10), pow(2, 0.5), exp(1), ln(10), log(100), log2(8), log(2, 8), pi(), degrees(pi()), radians(180)
SELECT sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan(1), atan2(1, 2), sinh(1), cosh(1), tanh(1), asinh(1), acosh(2), atanh(0.5), asin(2), sqrt(2), pow(0, -1), mod(1, 0)
SELECT like('a%', 'ABC'), like('a!%', 'a%', '!'), glob('a*', 'abc'), 'abc' LIKE 'ABC', 'É' LIKE 'é', x'61' LIKE 'a', 5 LIKE '5', 'a' GLOB '[a-c]', 'abc' GLOB '*[!x]c'
SELECT total(1), sum(1), typeof(sum(1)), typeof(total(1)), typeof(avg(1)), sum(NULL), typeof(sum('1')), sum('abc')
SELECT typeof(random()), length(randomblob(8)), typeof(randomblob(0)), length(hex(randomblob(4)))
SELECT last_insert_rowid(), changes(), total_changes()
SELECT unhex('4142'), unhex('41-42', '-'), unhex('4'), soundex('x')
