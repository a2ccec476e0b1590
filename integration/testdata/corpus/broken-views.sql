# A view that cannot be looked at keeps PRAGMA table_list from counting the columns of those behind it, unless the
# connection has looked at them before.
CREATE TABLE t(a, b)
CREATE VIEW good AS SELECT a, b FROM t
CREATE VIEW broken1 AS SELECT nope FROM t
CREATE VIEW broken2 AS SELECT nope FROM t
CREATE VIEW broken3 AS SELECT nope FROM t
CREATE VIEW broken4 AS SELECT nope FROM t
CREATE VIEW broken5 AS SELECT nope FROM t
SELECT * FROM good
PRAGMA table_list
