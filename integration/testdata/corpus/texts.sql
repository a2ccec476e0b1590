# Several statements in one text, comments, and texts without any statement.
{"sql": "", "params": []}
{"sql": " ", "params": []}
{"sql": "\n\t\r\f\u000b", "params": []}
{"sql": ";", "params": []}
{"sql": ";;;", "params": []}
{"sql": "-- only", "params": []}
{"sql": "/* only */", "params": []}
{"sql": "/* open", "params": []}
{"sql": "/*", "params": []}
{"sql": "/", "params": []}
{"sql": "-", "params": []}
{"sql": "--", "params": []}
{"sql": "/*/", "params": []}
{"sql": "/**/", "params": []}
{"sql": "-- a\n-- b\n", "params": []}
{"sql": "\ufeffSELECT 1", "params": []}
{"sql": "\u00a0", "params": []}
{"sql": "\u00a0SELECT 1", "params": []}
{"sql": "SELECT 1\u00a0", "params": []}
{"sql": "SELECT 1\u2028", "params": []}
{"sql": "SELECT 1\ufeff", "params": []}
{"sql": "SELECT 1\u0085", "params": []}
[]
[""]
["", "-- x", ";"]
["", "SELECT 1", "-- x", "SELECT 2"]
["SELECT 1", ""]
SELECT 1;
SELECT 1 ;
SELECT 1;;
SELECT 1 ; ; 
SELECT 1 -- y
SELECT 1 /* y */
SELECT 1 /* y */ ;
SELECT 1; -- y
SELECT 1; /* y */
SELECT 1; /* open
SELECT 1 /* open
SELECT /* x */ 1
SELECT 1 /* x */ AS a
{"sql": "SELECT 1 -- x\n", "params": []}
{"sql": "SELECT 1 -- x\n, 2", "params": []}
{"sql": "-- first\nSELECT 1", "params": []}
{"sql": "/* first */SELECT nope", "params": []}
{"sql": "  \n SELECT nope", "params": []}
{"sql": "SELECT 1;\n  SELECT nope", "params": []}
{"sql": "SELECT 1; -- c\n /* d */ SELECT nope", "params": []}
{"sql": "SELECT 'é😀', nope", "params": []}
{"sql": "SELECT 1\r\n", "params": []}
{"sql": "SELECT\r\n1", "params": []}
{"sql": "SELECT 1\r-- x\r", "params": []}
SELECT '--', "/*", [;], `--` 
SELECT ';'; SELECT '-- x'
SELECT 'a''b', "a""b" FROM (SELECT 1 AS "a""b"), (SELECT 2)
SELECT '/* ' -- '
SELECT 1 - -1, 1--1
SELECT 1 - - 1 /* - */ - 1
SELECT 'open
SELECT "open
SELECT [open
SELECT `open
SELECT 1; 'open
SELECT 1 'open' 'x
/* a /* b */ SELECT 1
/* a */ */ SELECT 1
SELECT 1 */
SELECT 1; SELECT 2
SELECT 1; SELECT 2; SELECT 3 AS last
CREATE TABLE m(a); INSERT INTO m VALUES (1), (2); SELECT * FROM m
INSERT INTO m VALUES (3); INSERT INTO m VALUES (4)
SELECT * FROM m; SELECT count(*) FROM m
SELECT a, (SELECT count(*) FROM m) FROM m; DELETE FROM m WHERE a > 10; SELECT count(*) FROM m
DELETE FROM m; SELECT nope
SELECT count(*) FROM m
UPDATE m SET a = a; SELECT changes(), total_changes() > 0
;SELECT 1
; ; SELECT 1
;;SELECT 1;;SELECT 2
;; -- x
SELECT 1;; SELECT 2
SELECT 1; ; ; SELECT 2
-- x; SELECT 1
SELECT 1; -- SELECT 2
SELECT 1; EXPLAIN QUERY PLAN SELECT * FROM m
EXPLAIN QUERY PLAN SELECT * FROM m
EXPLAIN QUERY PLAN SELECT * FROM m WHERE a = 1 ORDER BY a
CREATE TRIGGER mt AFTER INSERT ON m BEGIN INSERT INTO m SELECT 100; SELECT 1; END; SELECT 1
CREATE TRIGGER mt2 AFTER DELETE ON m BEGIN SELECT 'x;--'; /* y; */ DELETE FROM m WHERE a = 100; END
INSERT INTO m VALUES (77)
DELETE FROM m WHERE a = 77
SELECT * FROM m
SELECT 1 FROM m LIMIT 1; SELECT 1 AS
SELECT; SELECT 1
SELECT 1 SELECT 2
x
123
'abc'
(SELECT 1)
((SELECT 1))
VALUES (1), (2)
SELECT
SELECT 1,
SELECT 1 AS
SELECT * 
SELECT FROM m
select 1 As "A"
SeLeCt 1
[{"sql": "INSERT INTO m VALUES ('e1')"}, {"sql": ""}, {"sql": "INSERT INTO m VALUES ('e2'); SELECT 1"}]
@execute [{"sql": "INSERT INTO m VALUES ('e3')"}, {"sql": "SELECT 1\r"}]
@execute [{"sql": "SELECT 1"}, {"sql": "INVALID SQL"}]
@execute [{"sql": "CREATE TABLE multi ("}, {"sql": "a)"}]
