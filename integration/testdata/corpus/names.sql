# Names that begin with _cf_ belong to the server, wherever they stand.
CREATE TABLE ok(a, b)
INSERT INTO ok VALUES (1, 2)
CREATE TABLE _cf_x(a)
CREATE TABLE _CF_X(a)
CREATE TABLE "_cf_x"(a)
CREATE TABLE [_Cf_x](a)
CREATE TABLE '_cf_x'(a)
CREATE TABLE IF NOT EXISTS _cf_x(a)
CREATE TABLE main._cf_x(a)
CREATE TABLE _cf_x AS SELECT 1
CREATE TABLE _cf(a)
CREATE TABLE _cfx(a)
CREATE TABLE x_cf_(a)
CREATE TABLE _cf_
CREATE TABLE good(_cf_col INTEGER, b)
INSERT INTO good(_cf_col) VALUES (1)
SELECT _cf_col FROM good
CREATE INDEX _cf_i ON ok(a)
CREATE INDEX i ON _cf_x(a)
CREATE INDEX i_col ON good(_cf_col)
CREATE VIEW _cf_v AS SELECT 1
CREATE VIEW v AS SELECT * FROM _cf_x
SELECT * FROM v
DROP VIEW v
CREATE TRIGGER _cf_t AFTER INSERT ON ok BEGIN SELECT 1; END
CREATE TRIGGER t AFTER INSERT ON _cf_x BEGIN SELECT 1; END
CREATE TRIGGER t AFTER INSERT ON ok BEGIN INSERT INTO _cf_x VALUES (1); END
INSERT INTO ok VALUES (3, 4)
DROP TRIGGER t
CREATE VIRTUAL TABLE _cf_f USING fts5(a)
CREATE VIRTUAL TABLE _cf_r USING rtree(id, a, b)
ALTER TABLE ok RENAME TO _cf_x
ALTER TABLE ok RENAME TO _CF_y
ALTER TABLE ok RENAME TO "_cf_y"
ALTER TABLE _cf_x RENAME TO ok2
ALTER TABLE ok RENAME COLUMN a TO _cf_a
ALTER TABLE ok RENAME COLUMN _cf_a TO a
ALTER TABLE ok ADD COLUMN _cf_c
ALTER TABLE ok DROP COLUMN _cf_c
["ALTER TABLE ok RENAME TO _cf_x", "SELECT 1"]
SELECT name FROM sqlite_master ORDER BY name
SELECT * FROM _cf_KV
SELECT * FROM _cf_METADATA
SELECT * FROM _cf_x
INSERT INTO _cf_KV VALUES (1)
INSERT INTO _cf_x SELECT 1
INSERT INTO ok SELECT * FROM _cf_KV
UPDATE _cf_x SET a = 1
UPDATE _cf_KV SET key = 1
DELETE FROM _cf_KV
DELETE FROM _cf_x
DROP TABLE _cf_KV
DROP TABLE IF EXISTS _cf_x
DROP INDEX _cf_i
DROP INDEX IF EXISTS _cf_i
DROP VIEW IF EXISTS _cf_v
DROP TRIGGER IF EXISTS _cf_t
PRAGMA table_info(_cf_KV)
PRAGMA table_info(_cf_x)
PRAGMA table_xinfo(_cf_x)
PRAGMA index_list(_cf_x)
PRAGMA index_info(_cf_x)
PRAGMA foreign_key_list(_cf_x)
PRAGMA foreign_key_check(_cf_x)
PRAGMA quick_check(_cf_x)
SELECT * FROM pragma_table_info('_cf_x')
SELECT * FROM pragma_table_info('ok')
REINDEX _cf_x
ANALYZE _cf_x
WITH _cf_c AS (SELECT 1 AS a) SELECT * FROM _cf_c
SELECT _cf_a.a FROM ok AS _cf_a
SELECT a AS _cf_b FROM ok
SELECT '_cf_x', "_cf_x"
SELECT * FROM (SELECT 1 AS _cf_a)
SELECT a FROM ok WHERE EXISTS (SELECT 1 FROM _cf_x)
CREATE TABLE refs(a REFERENCES _cf_x(a))
INSERT INTO refs VALUES (1)
DROP TABLE refs
CREATE TABLE "weird name; -- "(a, "b c", "d""e")
INSERT INTO "weird name; -- " VALUES (1, 2, 3)
SELECT "b c", "d""e" FROM "weird name; -- "
PRAGMA table_info("weird name; -- ")
CREATE TABLE "é😀"(ü)
SELECT ü FROM "é😀"
SELECT nope FROM "é😀"
CREATE TABLE "select"("from")
SELECT "from" FROM "select"
CREATE TABLE ""("")
SELECT "" FROM ""
CREATE TABLE d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)
SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf_%' ORDER BY name
