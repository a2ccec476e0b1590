# What ANALYZE learns changes plans, and with them the counters of later reads.
CREATE TABLE s(id INTEGER PRIMARY KEY, few INT, many INT, x TEXT)
CREATE INDEX s_few ON s(few)
CREATE INDEX s_many ON s(many)
CREATE TABLE o(k INTEGER PRIMARY KEY, v INT)
CREATE INDEX o_v ON o(v)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO s SELECT i, i % 2, i % 500, 'x' || i FROM n
INSERT INTO o SELECT id, few FROM s WHERE id <= 300
SELECT count(x) FROM s WHERE few = 1 AND many = 7
SELECT count(s.x) FROM s JOIN o ON o.v = s.few AND s.many = o.k
EXPLAIN QUERY PLAN SELECT count(x) FROM s WHERE few = 1 AND many = 7
EXPLAIN QUERY PLAN SELECT count(s.x) FROM s JOIN o ON o.v = s.few AND s.many = o.k
ANALYZE
SELECT count(x) FROM s WHERE few = 1 AND many = 7
SELECT count(s.x) FROM s JOIN o ON o.v = s.few AND s.many = o.k
EXPLAIN QUERY PLAN SELECT count(x) FROM s WHERE few = 1 AND many = 7
EXPLAIN QUERY PLAN SELECT count(s.x) FROM s JOIN o ON o.v = s.few AND s.many = o.k
SELECT * FROM sqlite_stat1 ORDER BY idx
UPDATE sqlite_stat1 SET stat = '2000 2' WHERE idx = 's_few'
SELECT count(x) FROM s WHERE few = 1 AND many = 7
EXPLAIN QUERY PLAN SELECT count(x) FROM s WHERE few = 1 AND many = 7
ANALYZE sqlite_schema
SELECT count(x) FROM s WHERE few = 1 AND many = 7
UPDATE sqlite_stat1 SET stat = '2000 1000' WHERE idx = 's_few'
ANALYZE sqlite_schema
EXPLAIN QUERY PLAN SELECT count(x) FROM s WHERE few = 1 AND many = 7
ANALYZE
SELECT count(x) FROM s WHERE few = 1 AND many = 7
UPDATE sqlite_stat1 SET stat = '2000 2' WHERE idx = 's_few'
SELECT count(x) FROM s WHERE few = 1 AND many = 7
ANALYZE; ANALYZE sqlite_master
SELECT count(x) FROM s WHERE few = 1 AND many = 7
UPDATE sqlite_stat1 SET stat = '2000 2' WHERE idx = 's_few'
SELECT 1; ANALYZE sqlite_schema; SELECT 2
EXPLAIN QUERY PLAN SELECT count(x) FROM s WHERE few = 1 AND many = 7
SELECT count(x) FROM s WHERE few = 1 AND many = 7
PRAGMA optimize
SELECT count(x) FROM s WHERE few = 1 AND many = 7
DELETE FROM s WHERE id > 100
PRAGMA optimize(0x10002)
EXPLAIN QUERY PLAN SELECT count(x) FROM s WHERE few = 1 AND many = 7
DROP INDEX s_few
ANALYZE s
SELECT * FROM sqlite_stat1 ORDER BY tbl, idx
EXPLAIN QUERY PLAN SELECT count(x) FROM s WHERE few = 1 AND many = 7
