FROM t |> WHERE a > 1 |> SELECT a, b;
FROM t |> AGGREGATE sum(a) AS total GROUP BY b |> ORDER BY total DESC |> LIMIT 5;
SELECT * FROM t |> EXTEND a + 1 AS c |> DROP b |> SET a = a * 2;
FROM t |> AS x |> LEFT JOIN u ON x.id = u.id |> UNION ALL (SELECT 1);
FROM t |> PIVOT (sum(a) FOR b IN ('x', 'y'));
FROM t |> TABLESAMPLE (10 PERCENT);
SELECT * FROM (FROM t |> DROP a, `b c`) AS u WHERE d > 1;
