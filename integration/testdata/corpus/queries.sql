# Reading: joins, subqueries, aggregates, windows, recursion.
CREATE TABLE emp(id INTEGER PRIMARY KEY, name TEXT, dept INTEGER, boss INTEGER, pay REAL, born TEXT)
CREATE TABLE dept(id INTEGER PRIMARY KEY, title TEXT, city TEXT)
CREATE INDEX emp_dept ON emp(dept)
INSERT INTO dept VALUES (1, 'eng', 'Rome'), (2, 'ops', 'Oslo'), (3, 'hr', NULL), (4, 'law', 'Rome')
INSERT INTO emp VALUES (1, 'Ann', 1, NULL, 100.5, '1980-01-01'), (2, 'Bob', 1, 1, 80, '1990-05-05'), (3, 'Cid', 2, 1, 70, NULL), (4, 'Dee', 2, 3, 70, '1985-12-31'), (5, 'Eve', NULL, 1, 60.25, '2000-02-29'), (6, 'ann', 3, 2, NULL, '1999-09-09')
SELECT e.name, d.title FROM emp e JOIN dept d ON d.id = e.dept
SELECT e.name, d.title FROM emp e LEFT JOIN dept d ON d.id = e.dept ORDER BY e.id
SELECT e.name, d.title FROM emp e RIGHT JOIN dept d ON d.id = e.dept ORDER BY d.id, e.id
SELECT e.name, d.title FROM emp e FULL OUTER JOIN dept d ON d.id = e.dept ORDER BY 1, 2
SELECT count(*) FROM emp, dept
SELECT count(*) FROM emp CROSS JOIN dept
SELECT * FROM emp NATURAL JOIN dept
SELECT * FROM emp JOIN dept USING (id)
SELECT a.name, b.name FROM emp a JOIN emp b ON b.boss = a.id ORDER BY a.id, b.id
SELECT a.name, b.name, c.name FROM emp a JOIN emp b ON b.boss = a.id JOIN emp c ON c.boss = b.id
SELECT name FROM emp WHERE dept = (SELECT id FROM dept WHERE title = 'ops')
SELECT name FROM emp WHERE dept IN (SELECT id FROM dept WHERE city = 'Rome')
SELECT name FROM emp WHERE dept NOT IN (SELECT id FROM dept WHERE city = 'Rome')
SELECT title FROM dept d WHERE EXISTS (SELECT 1 FROM emp WHERE dept = d.id)
SELECT title FROM dept d WHERE NOT EXISTS (SELECT 1 FROM emp WHERE dept = d.id)
SELECT title, (SELECT count(*) FROM emp WHERE dept = d.id) AS n FROM dept d ORDER BY n DESC, title
SELECT title, (SELECT group_concat(name) FROM emp WHERE dept = d.id ORDER BY name) FROM dept d
SELECT * FROM (SELECT dept, avg(pay) AS p FROM emp GROUP BY dept) WHERE p > 70
SELECT (pay, name) > (70, 'C') FROM emp
SELECT name FROM emp WHERE (dept, boss) IN (SELECT 2, 1 UNION SELECT 2, 3)
SELECT name FROM emp WHERE (dept, boss) = (2, 1)
SELECT count(*), count(pay), sum(pay), avg(pay), total(pay), min(pay), max(pay) FROM emp
SELECT count(*), sum(pay), avg(pay), total(pay), max(pay), group_concat(name) FROM emp WHERE 0
SELECT dept, count(*), sum(pay) FROM emp GROUP BY dept
SELECT dept, count(*) FROM emp GROUP BY dept HAVING count(*) > 1
SELECT dept, boss, count(*) FROM emp GROUP BY dept, boss ORDER BY 3 DESC, 1, 2
SELECT count(DISTINCT pay), count(DISTINCT dept), sum(DISTINCT pay) FROM emp
SELECT group_concat(name, '; '), string_agg(name, '-' ORDER BY name DESC), group_concat(DISTINCT dept) FROM emp
SELECT count(*) FILTER (WHERE pay > 70), sum(pay) FILTER (WHERE dept = 1) FROM emp
SELECT name, max(pay) FROM emp
SELECT name, min(pay) FROM emp GROUP BY dept
SELECT DISTINCT dept FROM emp ORDER BY dept
SELECT DISTINCT pay, dept FROM emp
SELECT name FROM emp ORDER BY name
SELECT name FROM emp ORDER BY name COLLATE NOCASE, id
SELECT name FROM emp ORDER BY pay DESC NULLS LAST, name
SELECT name FROM emp ORDER BY pay NULLS LAST LIMIT 3
SELECT name AS n FROM emp ORDER BY n LIMIT 2 OFFSET 3
SELECT name FROM emp LIMIT 3, 2
SELECT name FROM emp LIMIT 0
SELECT name FROM emp LIMIT -1 OFFSET 4
SELECT name FROM emp WHERE name LIKE 'a%'
SELECT name FROM emp WHERE name GLOB 'A*'
SELECT name FROM emp WHERE name LIKE '_nn' AND name NOT LIKE 'A%' ESCAPE '\'
SELECT name FROM emp WHERE pay BETWEEN 60 AND 80
SELECT name FROM emp WHERE boss IS NOT DISTINCT FROM NULL
SELECT name, CASE WHEN pay > 90 THEN 'high' WHEN pay > 65 THEN 'mid' ELSE 'low' END FROM emp
SELECT name, CASE dept WHEN 1 THEN 'one' WHEN 2 THEN 'two' END FROM emp
SELECT id FROM emp WHERE id = 3 OR name = 'Bob' OR dept = 3
SELECT id FROM emp WHERE dept = 1 OR dept = 2
SELECT id FROM emp WHERE dept = 1 AND pay > 90
SELECT id FROM emp WHERE id > 2 AND id <= 4
SELECT id FROM emp WHERE id IN (6, 1, 99, 1)
SELECT id FROM emp WHERE id = '3'
SELECT id FROM emp WHERE id = 3.0
SELECT id FROM emp WHERE id = 3.5
SELECT id FROM emp WHERE id = 'x'
SELECT id FROM emp WHERE id > 'x'
SELECT id FROM emp WHERE dept = 'x'
SELECT id FROM emp WHERE dept > 1.5
SELECT id FROM emp WHERE dept IS NULL
SELECT rowid, oid, _rowid_, id FROM emp WHERE rowid = 2
SELECT name FROM emp UNION SELECT title FROM dept
SELECT name FROM emp UNION ALL SELECT title FROM dept
SELECT dept FROM emp INTERSECT SELECT id FROM dept
SELECT id FROM dept EXCEPT SELECT dept FROM emp
SELECT id FROM dept EXCEPT SELECT dept FROM emp UNION ALL SELECT 99 ORDER BY 1 DESC
VALUES (1, 'a'), (2, 'b') UNION SELECT 3, 'c' ORDER BY 1 DESC LIMIT 2
SELECT name, row_number() OVER (ORDER BY pay DESC), rank() OVER (ORDER BY pay DESC), dense_rank() OVER (ORDER BY pay DESC) FROM emp ORDER BY id
SELECT name, sum(pay) OVER (PARTITION BY dept ORDER BY id), avg(pay) OVER (PARTITION BY dept) FROM emp ORDER BY id
SELECT name, lag(name) OVER w, lead(name, 2, '-') OVER w, first_value(name) OVER w, last_value(name) OVER w, nth_value(name, 2) OVER w FROM emp WINDOW w AS (ORDER BY id)
SELECT name, ntile(3) OVER (ORDER BY id), percent_rank() OVER (ORDER BY pay), cume_dist() OVER (ORDER BY pay) FROM emp
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(id) OVER (ORDER BY id ROWS 2 PRECEDING) FROM emp
SELECT id, sum(id) OVER (ORDER BY pay RANGE BETWEEN 10 PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY pay GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM emp
SELECT id, group_concat(name, '|') OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) FROM emp
SELECT id, max(pay) FILTER (WHERE dept = 1) OVER (ORDER BY id) FROM emp
SELECT dept, sum(pay), rank() OVER (ORDER BY sum(pay) DESC) FROM emp GROUP BY dept
WITH x AS (SELECT 1 AS a), y AS (SELECT a + 1 AS b FROM x) SELECT * FROM x, y
WITH x(a) AS MATERIALIZED (SELECT pay FROM emp) SELECT count(*) FROM x WHERE a > 70
WITH x(a) AS NOT MATERIALIZED (SELECT pay FROM emp) SELECT count(*) FROM x WHERE a > 70
WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n * 2 FROM c WHERE n < 1000) SELECT * FROM c
WITH RECURSIVE c(n) AS (SELECT 1 UNION SELECT (n * 7) % 11 FROM c) SELECT count(*), sum(n) FROM c
WITH RECURSIVE tree(id, name, depth, path) AS (SELECT id, name, 0, name FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, e.name, t.depth + 1, t.path || '/' || e.name FROM emp e JOIN tree t ON e.boss = t.id ORDER BY 3 DESC, 1) SELECT * FROM tree
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 10 OFFSET 2) SELECT n FROM c
WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib LIMIT 93) SELECT max(a) FROM fib
WITH RECURSIVE m(x, y, i) AS (SELECT -2.0, 0.0, 0 UNION ALL SELECT x + 0.3, y, i + 1 FROM m WHERE i < 10) SELECT x, round(x, 2), printf('%.3f', x) FROM m
WITH RECURSIVE s(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM s WHERE x < 100) SELECT count(*) FROM s a WHERE NOT EXISTS (SELECT 1 FROM s b WHERE b.x < a.x AND a.x % b.x = 0)
SELECT * FROM emp INDEXED BY emp_dept WHERE dept = 1
SELECT * FROM emp NOT INDEXED WHERE dept = 1
SELECT e.* , d.city FROM emp AS e, dept AS d WHERE e.dept = d.id AND d.city = 'Rome'
SELECT emp.*, 1 FROM emp LIMIT 1
SELECT 1 FROM emp WHERE NULL
SELECT name || ' ' || coalesce(dept, 'none') AS label, length(name) len FROM emp
SELECT ALL name FROM emp WHERE pay = 70.0
SELECT +dept, -pay, NOT boss, ~id FROM emp
SELECT sum(id) FROM emp GROUP BY pay > 70 ORDER BY pay > 70
SELECT iif(pay > 70, 'rich', 'poor') AS c, count(*) FROM emp GROUP BY c
SELECT date(born), strftime('%Y', born), julianday(born), unixepoch(born) FROM emp
SELECT name FROM emp WHERE born > '1985' ORDER BY born
SELECT a.id, (SELECT max(b.pay) FROM emp b WHERE b.dept = a.dept AND b.id <> a.id) FROM emp a
SELECT count(*) FROM emp a JOIN emp b JOIN emp c
SELECT d.title, e.name FROM dept d LEFT JOIN (SELECT * FROM emp WHERE pay > 75) e ON e.dept = d.id
SELECT * FROM dept LEFT JOIN emp ON emp.dept = dept.id AND emp.pay > 90 WHERE dept.id < 3
SELECT * FROM (VALUES (1, 2), (3, 4))
SELECT column1 + column2 FROM (VALUES (1, 2), (3, 4)) AS t
SELECT x.value, y.value FROM json_each('[1,2]') x, json_each('[3,4]') y
SELECT e.name, j.value FROM emp e, json_each(json_array(e.id, e.dept)) j ORDER BY e.id, j.key
CREATE TABLE large(id INTEGER PRIMARY KEY, g INT, v REAL)
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 3000) INSERT INTO large SELECT i, i % 13, i * 0.25 FROM s
SELECT g, count(*), sum(v), avg(v) FROM large GROUP BY g ORDER BY g
SELECT * FROM large WHERE v > 700 ORDER BY g, id LIMIT 5
SELECT count(*) FROM large a JOIN large b ON a.g = b.id
SELECT count(*) FROM large a JOIN large b ON a.v = b.v
SELECT DISTINCT g FROM large ORDER BY g DESC LIMIT 3
SELECT g, v, sum(v) OVER (PARTITION BY g ORDER BY id ROWS 5 PRECEDING) FROM large WHERE id < 60
SELECT * FROM large
SELECT max(v), min(v), max(id), min(id) FROM large
SELECT max(id) FROM large WHERE g = 4
SELECT id FROM large WHERE g IN (SELECT g FROM large WHERE id < 3) LIMIT 5
CREATE INDEX large_g ON large(g, v)
SELECT count(*) FROM large WHERE g = 4 AND v BETWEEN 100 AND 200
SELECT min(v), max(v) FROM large WHERE g = 4
SELECT g FROM large GROUP BY g
SELECT * FROM large WHERE g = 1 ORDER BY v DESC LIMIT 3
SELECT id FROM large WHERE g = 1 OR v = 100
SELECT count(*) FROM large a JOIN large b ON a.g = b.g AND b.v < 3
SELECT count(*) FROM large WHERE g > 5 AND g < 8
SELECT g, v FROM large WHERE g = 2 AND v > 700
SELECT count(*) FROM large WHERE g + 0 = 4
EXPLAIN QUERY PLAN SELECT count(*) FROM large a JOIN large b ON a.v = b.v
PRAGMA reverse_unordered_selects = on
SELECT id FROM emp
SELECT name FROM emp WHERE dept > 0
PRAGMA reverse_unordered_selects = off
SELECT id FROM emp
PRAGMA case_sensitive_like = on
SELECT name FROM emp WHERE name LIKE 'a%'
PRAGMA case_sensitive_like = off
SELECT name FROM emp WHERE name LIKE 'a%'
