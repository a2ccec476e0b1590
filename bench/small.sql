-- A small database, of which there are thousands.
CREATE TABLE kv(id INTEGER PRIMARY KEY, name TEXT, v BLOB);
CREATE INDEX kv_name ON kv(name);
CREATE TABLE notes(id INTEGER PRIMARY KEY, kv INTEGER REFERENCES kv(id), body TEXT);
CREATE INDEX notes_kv ON notes(kv);
INSERT INTO kv(name) VALUES ('a'), ('b'), ('c'), ('d'), ('e');
