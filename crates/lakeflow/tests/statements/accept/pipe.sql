FROM t |> WHERE a > 1 |> SELECT a, b;
FROM t |> AGGREGATE sum(a) AS total GROUP BY b |> ORDER BY total DESC |> LIMIT 5;
SELECT * FROM t |> EXTEND a + 1 AS c |> DROP b |> SET a = a * 2;
FROM t |> AS x |> LEFT JOIN u ON x.id = u.id |> UNION ALL (SELECT 1);
FROM t |> PIVOT (sum(a) FOR b IN ('x', 'y'));
FROM t |> TABLESAMPLE (10 PERCENT);
SELECT * FROM (FROM t |> DROP a, `b c`) AS u WHERE d > 1;
FROM t |> SELECT a, sum(b) OVER w AS s, coalesce(max(b) OVER (v), 0) AS m WINDOW w AS (PARTITION BY a ORDER BY c), v AS w |> WHERE s > 1;
FROM t |> EXTEND rank() OVER w AS r WINDOW w AS (ORDER BY a) |> SET a = sum(a) OVER u WINDOW u AS (PARTITION BY b);
FROM (FROM t |> SELECT sum(b) OVER w AS s WINDOW w AS (PARTITION BY a)) |> SELECT s, (SELECT max(c) OVER w FROM u WINDOW w AS (ORDER BY d) LIMIT 1) AS m, sum(s) OVER W AS n WINDOW w AS (ORDER BY s);
FROM t |> SELECT window(at, '1 hour') AS w, window;

-- Set operations with and without brackets, with the quantifier that is meant.
FROM t |> UNION ALL TABLE u |> WHERE a > 0;
FROM t |> UNION SELECT a FROM u |> INTERSECT (SELECT a FROM v) |> EXCEPT TABLE w |> MINUS VALUES (1), (2);
(SELECT a FROM t) |> UNION ALL FROM u SELECT a;
FROM t |> ORDER BY a |> OFFSET 2;
FROM t |> EXCEPT ALL TABLE u |> INTERSECT ALL (SELECT a FROM v) |> MINUS ALL SELECT a FROM w |> EXCEPT DISTINCT VALUES (1);
SELECT (SELECT a FROM t |> EXCEPT ALL FROM u |> AGGREGATE max(a) AS m) AS b FROM (FROM t |> INTERSECT ALL TABLE u);
