# Batches: one transaction, the first error undoes all.
CREATE TABLE b(id INTEGER PRIMARY KEY, v TEXT UNIQUE)
["INSERT INTO b(v) VALUES ('one')", "INSERT INTO b(v) VALUES ('two')", "SELECT * FROM b"]
["INSERT INTO b(v) VALUES ('three')", "SELECT * FROM nope"]
SELECT * FROM b
SELECT last_insert_rowid(), changes(), total_changes()
["INSERT INTO b(v) VALUES ('four')", "INSERT INTO b(v) VALUES ('one')"]
SELECT count(*) FROM b
SELECT count(*) FROM b
["INSERT INTO b(v) VALUES ('six')", "INSERT OR FAIL INTO b(v) VALUES ('seven'), ('one'), ('eight')"]
SELECT count(*) FROM b
INSERT OR FAIL INTO b(v) VALUES ('seven'), ('one'), ('eight')
SELECT * FROM b
INSERT OR IGNORE INTO b(v) VALUES ('seven'), ('one'), ('eight')
SELECT * FROM b
["CREATE TABLE b2(a)", "INSERT INTO b2 VALUES (1)", "DROP TABLE b2"]
["CREATE TABLE b3(a)", "INSERT INTO b3 VALUES (1)", "SELECT nope FROM b3"]
SELECT name FROM sqlite_master
["ALTER TABLE b ADD COLUMN x", "UPDATE b SET x = id", "SELECT * FROM b", "ALTER TABLE b DROP COLUMN x", "SELECT * FROM b"]
["ALTER TABLE b RENAME TO bb", "SELECT * FROM b"]
SELECT * FROM b
["SELECT ?", "SELECT 1"]
[{"sql": "SELECT ?", "params": [1]}, {"sql": "SELECT ?, ?", "params": [1]}]
[{"sql": "INSERT INTO b(v) VALUES (?)", "params": ["nine"]}, {"sql": "INSERT INTO b(v) VALUES (?)", "params": []}]
SELECT count(*) FROM b
["BEGIN", "SELECT 1", "COMMIT"]
["INSERT INTO b(v) VALUES ('ten')", "ROLLBACK"]
SELECT count(*) FROM b
["DELETE FROM b", "SELECT changes()", "SELECT count(*) FROM b", "INSERT INTO b SELECT 1, 'back'"]
["INSERT INTO b(v) VALUES ('x')", "SELECT last_insert_rowid(), changes()", "UPDATE b SET v = v || '!'", "SELECT changes()"]
["SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4", "SELECT 5", "SELECT 6", "SELECT 7", "SELECT 8", "SELECT 9", "SELECT 10"]
["SELECT * FROM b WHERE id = 1", "SELECT * FROM b WHERE id = 1", "SELECT * FROM b WHERE id = 1"]
["SELECT count(*) FROM b", "INSERT INTO b(v) VALUES ('same text')", "SELECT count(*) FROM b"]
["SELECT * FROM b", "ALTER TABLE b ADD COLUMN y DEFAULT 3", "SELECT * FROM b"]
["PRAGMA foreign_keys = off", "PRAGMA foreign_keys"]
PRAGMA foreign_keys
["PRAGMA defer_foreign_keys = on", "PRAGMA defer_foreign_keys"]
PRAGMA defer_foreign_keys
# A foreign key may be broken inside a batch as long as its end is sound.
CREATE TABLE par(id INTEGER PRIMARY KEY)
CREATE TABLE kid(id INTEGER PRIMARY KEY, p REFERENCES par(id) DEFERRABLE INITIALLY DEFERRED)
["INSERT INTO kid VALUES (1, 1)", "INSERT INTO par VALUES (1)"]
["PRAGMA defer_foreign_keys = on", "DELETE FROM par", "INSERT INTO par VALUES (1)"]
CREATE TABLE hard(id INTEGER PRIMARY KEY, p REFERENCES par(id))
["INSERT INTO hard VALUES (1, 2)", "INSERT INTO par VALUES (2)"]
["PRAGMA defer_foreign_keys = on", "INSERT INTO hard VALUES (1, 2)", "INSERT INTO par VALUES (2)"]
SELECT * FROM hard
DROP TABLE par
["PRAGMA defer_foreign_keys = on", "DROP TABLE hard", "DROP TABLE kid", "DROP TABLE par"]
PRAGMA foreign_key_check
