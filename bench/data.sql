-- What the tests read. Every value comes from its row number, so that all runs see the same data.
CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, email TEXT, age INTEGER, score REAL);
WITH RECURSIVE i(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM i LIMIT 100000)
INSERT INTO users SELECT id, 'User Name ' || id, 'user' || id || '@example.com', id * 2654435761 % 90, id * 2654435761 % 10000 / 100.0 FROM i;

CREATE TABLE mixed(id INTEGER PRIMARY KEY, a INTEGER, b REAL, c TEXT, d TEXT, e TEXT, f REAL, g INTEGER);
WITH RECURSIVE i(id, x) AS (SELECT 1, 2654435761 UNION ALL SELECT id + 1, (id + 1) * 2654435761 % 4294967296 FROM i LIMIT 10000)
INSERT INTO mixed SELECT id, x * 262139, x % 1000000 / 100.0, 'code-' || printf('%06d', x % 1000000),
  'Größe "' || id || '" line' || char(10) || 'next – über',
  iif(id % 2, NULL, 'note ' || substr('lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum ', 1, x % 6 * 12)),
  x / 4294967296.0 * 180, x % 2 FROM i;

CREATE TABLE customers(id INTEGER PRIMARY KEY, region TEXT, name TEXT);
WITH RECURSIVE i(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM i LIMIT 10000)
INSERT INTO customers SELECT id, json_extract('["north","south","east","west","centre","isles","coast","hills"]', '$[' || (id * 2654435761 % 4294967296 / 8192 % 8) || ']'),
  'Customer ' || id FROM i;

CREATE TABLE orders(id INTEGER PRIMARY KEY, cust INTEGER, amount REAL, qty INTEGER, status INTEGER);
WITH RECURSIVE i(id, x) AS (SELECT 1, 2654435761 UNION ALL SELECT id + 1, (id + 1) * 2654435761 % 4294967296 FROM i LIMIT 1000000)
INSERT INTO orders SELECT id, x / 64 % 10000 + 1, x % 100000 / 100.0, x / 128 % 50, x / 1024 % 5 FROM i;
