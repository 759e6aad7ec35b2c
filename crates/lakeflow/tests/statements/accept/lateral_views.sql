-- Views whose columns are not named, before each clause that may follow.
SELECT col FROM t LATERAL VIEW explode(a) v ORDER BY col;
SELECT col FROM t LATERAL VIEW OUTER explode(a) v ORDER BY v.col DESC LIMIT 1;
SELECT col FROM t LATERAL VIEW explode(split(concat(b, (c)), ',')) v LIMIT 1 OFFSET 2;
SELECT col FROM t LATERAL VIEW explode(a) v SORT BY col;
SELECT col FROM t LATERAL VIEW explode(a) v DISTRIBUTE BY col;
SELECT col, row_number() OVER w AS n FROM t LATERAL VIEW explode(a) v WINDOW w AS (ORDER BY col);
SELECT col FROM t LATERAL VIEW explode(a) v QUALIFY row_number() OVER (ORDER BY col) = 1;
SELECT col FROM t LATERAL VIEW explode(a) v UNION ALL SELECT 9;
SELECT col FROM t LATERAL VIEW explode(a) v EXCEPT SELECT 2;
SELECT col FROM t LATERAL VIEW explode(a) v INTERSECT SELECT 2;
SELECT col FROM t LATERAL VIEW explode(a) v MINUS SELECT 2;
SELECT * FROM t LATERAL VIEW explode(a) v LATERAL VIEW posexplode(b) w ORDER BY pos;
-- Names that are also words of clauses.
SELECT order FROM t LATERAL VIEW explode(a) v AS order;
SELECT order FROM t LATERAL VIEW explode(a) v order;
SELECT x FROM t LATERAL VIEW explode(a) v x ORDER BY x;
SELECT pos, x FROM t LATERAL VIEW posexplode(a) v AS pos, x WHERE x > 1 ORDER BY x;
SELECT x FROM (SELECT col AS x FROM t LATERAL VIEW explode(a) v ORDER BY col) AS s;
