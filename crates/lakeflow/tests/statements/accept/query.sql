SELECT 1L, 1.5, .5, 5., 1e3, 2.5E-7, 0.1 + 1 * 2 - 3 / 4 % 5, 7 DIV 2 + 1, -x, ~y, !z, a || b || 'c';
SELECT 'it''s', 'it\'s', "it's \"quoted\"", r'\d+\s', R"raw", 'tab\t nl\n back\\', '\u00e9\U0001F600', '\101', '50\%', X'1F', '${key}/x', `${cat}`.t FROM `${cat}`.`dg-day`.t;
SELECT a == b, a = b, a <=> b, a <> b, a != b, a IS NOT TRUE, b IS FALSE, c IS NULL, d IS DISTINCT FROM e, NOT f;
SELECT x LIKE 'a%' ESCAPE '!', x NOT ILIKE 'b_', x RLIKE '^a', x REGEXP 'b', x LIKE ANY ('a', 'b'), x BETWEEN 1 AND 2, x NOT IN (1, 2), x IN (SELECT y FROM u);
SELECT CAST(a AS MAP<STRING, STRUCT<x: INT, y: ARRAY<DATE>>>), try_cast(b AS DECIMAL(10, 2)), c::BIGINT, d::TIMESTAMP_NTZ, e::VARIANT, cast(f AS LONG);
SELECT INTERVAL 7 DAYS, INTERVAL '1 day 2 hours', INTERVAL '1-2' YEAR TO MONTH, ts + INTERVAL 1 HOUR, DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00';
SELECT arr[0], m['key'], s.a.b, raw:customer.name, raw:items[0].price::DOUBLE, struct(a, b), named_struct('a', 1).a, array(1, 2)[0], map('a', 1);
SELECT transform(arr, x -> x + 1), filter(arr, x -> x > 0), aggregate(arr, 0, (acc, x) -> acc + x), exists(arr, x -> x IS NULL);
SELECT CASE x WHEN 1 THEN 'a' ELSE 'b' END, CASE WHEN a THEN 1 WHEN b THEN 2 END, if(a, b, c), EXTRACT(YEAR FROM d), substring(s, 1, 2), trim(BOTH ' ' FROM s), position('a' IN s);
SELECT count(*), count(DISTINCT a), sum(x) FILTER (WHERE y > 0), row_number() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST), sum(x) OVER (ORDER BY d RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW), first_value(x) IGNORE NULLS OVER w FROM t WINDOW w AS (PARTITION BY a ORDER BY b);
SELECT /*+ BROADCAST(p), REPARTITION(3) */ * EXCEPT (a, b) FROM t AS o LEFT SEMI JOIN p USING (id) LEFT ANTI JOIN q ON o.id = q.id CROSS JOIN r FULL OUTER JOIN s ON TRUE NATURAL JOIN u;
SELECT * FROM t QUALIFY row_number() OVER (PARTITION BY id ORDER BY ts DESC) = 1;
SELECT a, b, sum(c) FROM t GROUP BY GROUPING SETS ((a), (b), ());
SELECT a, sum(b) FROM t GROUP BY ROLLUP (a);
SELECT a FROM t GROUP BY a WITH ROLLUP;
SELECT col FROM t LATERAL VIEW OUTER explode(arr) e AS col WHERE col > 0;
SELECT * FROM t, LATERAL explode(t.arr) AS e (x);
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (id, name);
SELECT * FROM VALUES (1, 'a'), (2, 'b') AS v (id, name);
SELECT * FROM t TIMESTAMP AS OF '2024-01-01';
SELECT * FROM t VERSION AS OF 12;
SELECT * FROM t TABLESAMPLE (10 PERCENT);
WITH a AS (SELECT 1 AS x), b (y) AS (SELECT x FROM a) SELECT * FROM b WHERE EXISTS (SELECT 1 FROM a WHERE a.x = b.y) AND y = (SELECT max(x) FROM a);
SELECT 1 UNION SELECT 2 EXCEPT SELECT 3 INTERSECT SELECT 4;
(SELECT 1) MINUS (SELECT 2) ORDER BY 1 LIMIT 5 OFFSET 2;
SELECT DISTINCT a FROM t ORDER BY ALL;
SELECT * FROM event_log(TABLE(c.s.t)) WHERE event_type = :kind;
SELECT dim, MEASURE(revenue) FROM c.s.m GROUP BY ALL;
SELECT * FROM a JOIN b ON a.x = b.x AND (a.y = b.y OR a.z IS NULL) LEFT JOIN (SELECT * FROM c WHERE d = 'x') AS c ON c.x = a.x;
SELECT * FROM t PIVOT (sum(x) FOR y IN ('a', 'b'));
SELECT stack(2, 'a', 1, 'b', 2) AS (k, v);
SELECT * FROM `a``b`.`c d` AS `x y`;
SELECT /* inner comment */ a -- trailing
FROM t;

-- Clauses that share rows out, behind those that choose groups.
SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1 SORT BY a DESC;
SELECT a FROM t WHERE b GROUP BY a HAVING max(c) > 0 DISTRIBUTE BY a SORT BY a LIMIT 3;
SELECT a, row_number() OVER w AS n FROM t WINDOW w AS (PARTITION BY b ORDER BY c), v AS w QUALIFY n = 1 CLUSTER BY a;
SELECT a FROM (SELECT a FROM t HAVING count(*) > 1 CLUSTER BY a) UNION ALL SELECT a FROM u GROUP BY a HAVING a > 0 SORT BY a;

-- Grouping sets within grouping sets.
SELECT a, b, count(*) FROM t GROUP BY GROUPING SETS ((a, b), GROUPING SETS ((a), GROUPING SETS ((b), ())));
SELECT a, b, count(*) FROM t GROUP BY a, GROUPING SETS ((a, b), GROUPING SETS (ROLLUP (a, b)));
