SELECT * FROM t TABLESAMPLE (10 PERCENT);
SELECT * FROM t TABLESAMPLE (5 ROWS) AS s;
SELECT * FROM t TABLESAMPLE (BUCKET 4 OUT OF 10);
SELECT * FROM t VERSION AS OF 3;
SELECT * FROM t TIMESTAMP AS OF '2024-01-01' AS x;
SELECT * FROM t@v3;
SELECT * FROM c.s.t@20240229123000000 WHERE a;
SELECT * FROM delta.`/path/to/table`;
SELECT * FROM csv.`/x/*.csv`;
SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(id, name);
SELECT * FROM VALUES 1, 2, 3;
SELECT * FROM (VALUES (1), (2)) AS x(a);
SELECT * FROM range(10);
SELECT * FROM range(0, 10, 2) AS r(id);
SELECT * FROM read_files('/x', format => 'csv', header => true, schema => 'a INT');
SELECT * FROM table_changes('t', 1, 5);
SELECT * FROM event_log(TABLE(c.s.t));
SELECT * FROM explode(array(1, 2)) AS e(x);
SELECT * FROM t LATERAL VIEW explode(a) e AS x LATERAL VIEW OUTER posexplode(b) p AS i, y;
SELECT * FROM t, LATERAL explode(a) AS e(x);
SELECT * FROM t JOIN LATERAL (SELECT * FROM u WHERE u.id = t.id) x;
SELECT * FROM a LEFT SEMI JOIN b ON a.id = b.id LEFT ANTI JOIN c USING (id);
SELECT * FROM a FULL OUTER JOIN b ON a.id <=> b.id CROSS JOIN c NATURAL JOIN d;
SELECT * FROM t PIVOT (sum(a) AS total, max(b) AS top FOR c IN ('x' AS x, 'y' AS y));
SELECT * FROM t UNPIVOT (value FOR name IN (a, b AS bee));
SELECT * FROM t UNPIVOT INCLUDE NULLS (value FOR name IN (a, b));
SELECT * EXCEPT (a, b) FROM t;
SELECT * EXCEPT (t.a, u.b) FROM t JOIN u ON t.id = u.id;
SELECT t.* EXCEPT (a), u.* FROM t, u;
SELECT /*+ BROADCAST(t), REPARTITION(4) */ * FROM t;
SELECT * FROM (c.s.t);
SELECT * FROM STREAM t WITH (SKIPCHANGECOMMITS) AS s;
SELECT * FROM STREAM t WITH (SKIPCHANGECOMMITS = TRUE, STARTINGVERSION = 3);
SELECT * FROM STREAM(c.s.t) JOIN u ON a = b;
SELECT at.x FROM t at LEFT JOIN u AS at ON at.a = u.a;
SELECT * FROM ai_forecast(observed => TABLE(SELECT a, b FROM t), horizon => '2026-12-31');
SELECT * FROM ai_forecast(TABLE(SELECT a FROM t), horizon => '2026-12-31') AS f;
SELECT * FROM TABLE(range(7)) AS r;
SELECT * FROM IDENTIFIER(:c || '.f')('x', 1) AS z;
SELECT * FROM (DESCRIBE HISTORY c.s.t) AS h;
SELECT version FROM (DESC DETAIL delta.`/a/b`);
WITH h AS (DESCRIBE HISTORY t) SELECT * FROM h;
SELECT * FROM VALUES 1, least(2, 3) AS t(a);
SELECT * FROM (VALUES (1, 2) AS t(a, b));
SELECT * FROM IDENTIFIER(:c || '.t') VERSION AS OF 3 AS past;
SELECT * FROM IDENTIFIER(:c).s.t JOIN IDENTIFIER(:u) TIMESTAMP AS OF '2024-01-01' AS v ON t.a = v.a;
SELECT * FROM VALUES (1, 2), (3, 4) AS (a, b);
SELECT * FROM (VALUES (1, 2)) AS (a, b);
SELECT * FROM a, IDENTIFIER('b') VERSION AS OF 3, IDENTIFIER(:f)(1) AS g;
SELECT o.id FROM orders AS o CROSS JOIN rates AS r ON o.currency = r.currency;
SELECT id FROM orders CROSS JOIN rates USING (currency);
SELECT id FROM orders CROSS JOIN rates CROSS JOIN days;
SELECT * FROM table;
SELECT t.id FROM table t JOIN table AS u ON t.id = u.id;
SELECT * FROM TABLE(range(3));
INSERT INTO kept SELECT id FROM table;

-- Versions in other words.
SELECT * FROM c.s.t FOR VERSION AS OF 3;
SELECT * FROM t FOR SYSTEM_VERSION AS OF 3 AS old JOIN u TIMESTAMP AS OF '2024-01-01' ON old.id = u.id;
SELECT * FROM t SYSTEM_TIMESTAMP AS OF current_timestamp() - INTERVAL 1 DAY;
SELECT * FROM t FOR SYSTEM_TIME AS OF '2024-01-01';
SELECT * FROM t VERSION AS OF '12';

-- Names of columns without one of the relation.
SELECT a FROM u AS (a, b) JOIN c.s.v AS (d, e) ON a = d;
SELECT a FROM u AS (a);

-- Rows that are calls, and relations behind rows.
SELECT * FROM VALUES array(1, 2), array(3) AS t (a);
SELECT * FROM VALUES current_date(), date_add(current_date(), 1);
SELECT * FROM VALUES 1, VALUES 2;
SELECT * FROM VALUES (1, 'a'), (2, 'b'), u, VALUES 3 AS w (c);

-- Tables as arguments, and how their rows are shared out.
SELECT * FROM count_rows(TABLE(c.s.t) PARTITION BY a ORDER BY b DESC);
SELECT * FROM count_rows(TABLE(t) WITH SINGLE PARTITION, 5);
SELECT * FROM count_rows(input => TABLE(SELECT * FROM t WHERE a > 0) PARTITION BY (a, b) ORDER BY (c, d DESC), size => 5);
SELECT * FROM u, LATERAL count_rows(TABLE(t) PARTITION BY a, u.b);
