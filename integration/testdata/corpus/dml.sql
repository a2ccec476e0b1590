# Changing rows: every form of INSERT, UPDATE and DELETE.
CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT UNIQUE, n INTEGER, v)
INSERT INTO t VALUES (1, 'a', 1, NULL), (2, 'b', 2, 'x'), (3, 'c', 3, 1.5)
INSERT INTO t(k, n) VALUES ('d', 4)
INSERT INTO t(n, k) VALUES (5, 'e') RETURNING *
INSERT INTO t(k) VALUES ('f') RETURNING id AS new_id, k || '!' AS shout
INSERT INTO t(rowid, k) VALUES (100, 'g')
INSERT INTO t(oid, k) VALUES (101, 'h')
INSERT INTO t SELECT id + 200, k || '2', n, v FROM t WHERE id < 4
INSERT INTO t(k) SELECT 'from values' UNION ALL SELECT 'second'
INSERT INTO t(k) VALUES ('a') ON CONFLICT DO NOTHING
INSERT INTO t(k) VALUES ('a') ON CONFLICT (k) DO NOTHING
INSERT INTO t(k, n) VALUES ('a', 50) ON CONFLICT (k) DO UPDATE SET n = excluded.n
INSERT INTO t(k, n) VALUES ('a', 60), ('new', 1) ON CONFLICT (k) DO UPDATE SET n = t.n + excluded.n WHERE excluded.n > 5 RETURNING *
INSERT INTO t(id, k) VALUES (1, 'b') ON CONFLICT (id) DO NOTHING ON CONFLICT (k) DO UPDATE SET v = 'second'
INSERT INTO t(id, k) VALUES (1, 'b') ON CONFLICT (k) DO UPDATE SET v = 'first' ON CONFLICT DO NOTHING
INSERT INTO t(k) SELECT 'a' WHERE true ON CONFLICT (k) DO UPDATE SET v = 'sel'
INSERT INTO t(k) VALUES ('a') ON CONFLICT (n) DO NOTHING
INSERT OR IGNORE INTO t(k) VALUES ('a'), ('brand new')
INSERT OR REPLACE INTO t(k, n) VALUES ('a', 1000)
REPLACE INTO t(id, k) VALUES (2, 'c')
INSERT OR ABORT INTO t(k) VALUES ('ok1'), ('c')
INSERT OR FAIL INTO t(k) VALUES ('ok2'), ('c')
SELECT * FROM t ORDER BY id
UPDATE t SET n = 0 WHERE n IS NULL
UPDATE t SET n = n + 1, v = k WHERE id IN (SELECT id FROM t WHERE n > 1)
UPDATE t SET (n, v) = (7, 'seven') WHERE id = 100
UPDATE t SET (n, v) = (SELECT count(*), max(k) FROM t) WHERE id = 101
UPDATE t SET n = 1 WHERE id = 12345
UPDATE t SET id = id + 1000 WHERE id = 100
UPDATE t SET k = 'c' WHERE k = 'd'
UPDATE OR IGNORE t SET k = 'c' WHERE k IN ('d', 'e')
UPDATE OR REPLACE t SET k = 'c' WHERE k = 'd'
UPDATE t SET n = s.c FROM (SELECT count(*) AS c FROM t) AS s WHERE t.id > 100
UPDATE t SET v = o.k FROM t AS o WHERE o.id = t.id + 1
UPDATE t SET n = 9 RETURNING id, n
UPDATE t SET n = id LIMIT 2
UPDATE t SET n = -id ORDER BY id DESC LIMIT 2
UPDATE t SET n = 77 WHERE id > 1 ORDER BY k LIMIT 1 OFFSET 1
UPDATE t SET n = 77 LIMIT 0
UPDATE t AS x SET n = x.n + 1 WHERE x.id < 5
UPDATE t INDEXED BY sqlite_autoindex_t_1 SET n = 3 WHERE k = 'b'
WITH c AS (SELECT id FROM t WHERE id > 200) UPDATE t SET n = 5 WHERE id IN (SELECT id FROM c)
WITH c AS (SELECT 900 AS i) INSERT INTO t(id, k) SELECT i, 'cte' FROM c
WITH c AS (SELECT 900 AS i) DELETE FROM t WHERE id IN (SELECT i FROM c) RETURNING *
SELECT * FROM t ORDER BY id
DELETE FROM t WHERE id = 1
DELETE FROM t WHERE id = 12345
DELETE FROM t WHERE n > 4 AND k LIKE '%2'
DELETE FROM t ORDER BY id LIMIT 1
DELETE FROM t WHERE n IS NOT NULL ORDER BY id DESC LIMIT 2
DELETE FROM t LIMIT 1 OFFSET 2
DELETE FROM t LIMIT ? <- [1]
DELETE FROM t WHERE id IN (SELECT max(id) FROM t) RETURNING id, k
SELECT count(*) FROM t
DELETE FROM t RETURNING id
DELETE FROM t
CREATE TABLE w(a TEXT, b INTEGER, c, PRIMARY KEY (a, b)) WITHOUT ROWID
INSERT INTO w VALUES ('x', 1, 'p'), ('x', 2, 'q'), ('y', 1, 'r')
INSERT INTO w VALUES ('x', 1, 'p') ON CONFLICT DO UPDATE SET c = c || '+'
INSERT OR REPLACE INTO w VALUES ('x', 1, 'new')
UPDATE w SET b = b + 10 WHERE a = 'x'
UPDATE w SET a = a || b
DELETE FROM w WHERE b > 10 LIMIT 1
SELECT * FROM w
DELETE FROM w ORDER BY b DESC LIMIT 1
SELECT * FROM w
CREATE TABLE many(id INTEGER PRIMARY KEY, a INT, b INT, c TEXT)
CREATE INDEX many_a ON many(a)
CREATE INDEX many_bc ON many(b, c)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 500) INSERT INTO many SELECT i, i % 7, i % 11, 'c' || (i % 3) FROM s
UPDATE many SET a = a + 1 WHERE a = 3
UPDATE many SET b = 5 WHERE b = 5 AND c = 'c1'
UPDATE many SET c = 'z' WHERE id BETWEEN 10 AND 20
DELETE FROM many WHERE a = 2
DELETE FROM many WHERE b = 3 OR a = 5
INSERT INTO many SELECT id + 1000, a, b, c FROM many
UPDATE many SET id = id + 5000 WHERE id > 1400
DELETE FROM many WHERE id IN (SELECT id FROM many WHERE c = 'c2')
DELETE FROM many WHERE rowid % 2
DELETE FROM many WHERE 1
SELECT count(*) FROM many
INSERT INTO many(id) VALUES (1)
SELECT last_insert_rowid()
INSERT INTO many(id) VALUES (-5)
SELECT last_insert_rowid(), min(id) FROM many
INSERT INTO w VALUES ('q', 5, 5)
SELECT last_insert_rowid()
CREATE TABLE after_all(x)
SELECT last_insert_rowid(), changes()
DROP TABLE after_all
