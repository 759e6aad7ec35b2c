SELECT raw:a.b[0].c::STRING, raw:['x y'], raw:items[*].price FROM t;
SELECT transform(a, x -> x + 1), filter(m, (k, v) -> v > 0), aggregate(a, 0, (acc, x) -> acc + x, acc -> acc * 2) FROM t;
SELECT exists(a, x -> x IS NULL) AND NOT exists(b, x -> x = 1) FROM t;
SELECT NOT exists, a AND NOT exists AS b, NOT exists = c FROM t;
SELECT a LIKE 'x%' ESCAPE '!', a ILIKE 'x', a RLIKE '^x', a NOT LIKE ALL ('x', 'y'), a LIKE ANY ('x') FROM t;
SELECT a <=> b, a IS DISTINCT FROM b, a IS NOT TRUE, a BETWEEN 1 AND 2, a NOT IN (1, 2), a IN (SELECT b FROM u) FROM t;
SELECT a DIV 2, a % 3, ~a, a & b | c ^ d, a || b, !a FROM t;
SELECT CASE a WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN a THEN 1 END, if(a, 1, 2), coalesce(a, b) FROM t;
SELECT sum(a) FILTER (WHERE b > 0), count(DISTINCT a, b), first(a IGNORE NULLS), any_value(a) IGNORE NULLS FROM t;
SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST), sum(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM t;
SELECT sum(a) OVER (ORDER BY d RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW), lag(a, 1) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY c);
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), listagg(a, ',') WITHIN GROUP (ORDER BY a) FROM t;
SELECT extract(YEAR FROM d), date_trunc('MONTH', d), trim(BOTH 'x' FROM a), substring(a FROM 2 FOR 3), position('x' IN a) FROM t;
SELECT struct(a, b AS c), named_struct('a', 1), map('k', 1)['k'], array(1, 2)[0], s.a.b FROM t;
SELECT a COLLATE UTF8_LCASE, cast(a AS ARRAY<STRUCT<x: INT, y: MAP<STRING, DATE>>>) FROM t;
SELECT stack(2, 1, 'a', 2, 'b') AS (n, x);
SELECT posexplode(a) AS (i, x) FROM t;
SELECT from_json(a, 'a INT', map('mode', 'FAILFAST')), ai_query('m', request => a, returnType => 'STRING') FROM t;
SELECT current_date, current_timestamp, current_user(), CURRENT_TIMESTAMP();
SELECT tags[:key], first(a IGNORE NULLS), dateadd(DAY, 1, d), date_diff(MONTH, d, e), a LIKE ANY ('x%', 'y%') FROM t;
SELECT extract(YEAROFWEEK FROM d), extract(dayofweek_iso FROM d);
SELECT to_json(struct(*)), hash(struct(t.*)), hash(* EXCEPT (a)), concat_ws(',', *) FROM t;
SELECT raw:items[*].name, raw:items[*] FROM t;
SELECT raw:`a b`::STRING, raw:a.`b-c`[0].d FROM t;
SELECT IDENTIFIER('f')(1), IDENTIFIER(:s || '.f')(DISTINCT a) FILTER (WHERE a > 1) OVER (PARTITION BY b), identifier('g')()[0].a FROM t;
SELECT IDENTIFIER('a') + 1, concat(IDENTIFIER('f')(IDENTIFIER('b')), 'c') FROM t WHERE IDENTIFIER('h')(a) IS NOT NULL;
SELECT coalesce(NOT value IS NOT NULL, TRUE), if(CASE value WHEN 1 THEN TRUE END, value, value) FROM t;
SELECT struct(a, b AS c, d e, f(g) `h i`), struct(), struct(struct(a b) c), max_by(struct(at, state status), at) FROM t;

-- Any expression in square brackets.
SELECT a[b + 1], a[0][b * 2 - c], m[concat(k, 'x')].f[i % 3] FROM t;
SELECT a[b[c + 1]], m[CASE WHEN k THEN 'a' ELSE 'b' END], raw:items[0].id FROM t;

-- Shifts bind closer than `&`, and less close than `+`.
SELECT a << 2, a >> b + 1, a >>> 3 & c FROM t;

SELECT trim(BOTH FROM a), trim(LEADING FROM a), trim(TRAILING FROM a), trim('x', a), trim(both) FROM t;

-- Structs with names, and with all columns of a relation.
SELECT (a AS x, b + 1 AS y), (1, 2) FROM t;
SELECT aggregate(amounts, (0 AS total, 0 AS n), (acc, x) -> (acc.total + x AS total, acc.n + 1 AS n)) FROM t;
SELECT struct(t.*, CAST(id AS STRING) AS label), struct(CAST(id AS STRING) AS label, t.*), struct(*) FROM t;

-- Types with a collation.
SELECT CAST(a AS STRING COLLATE UNICODE_CI), a::STRING COLLATE UTF8_LCASE, CAST(b AS ARRAY<STRING COLLATE UNICODE>) FROM t;
SELECT a LIKE SOME ('x', 'y'), a NOT ILIKE some ('x'), some(a), some FROM t;
