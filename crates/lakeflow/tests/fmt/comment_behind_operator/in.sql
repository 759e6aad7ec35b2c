SELECT
  a +
  -- why
  b AS c,
  x AND -- tail
  y AS d
FROM t
WHERE a = 1
  AND -- first
  b = 2 OR
  /* block */
  c = 3;
SELECT a || -- one
b || -- two
c AS long_name FROM t;
SELECT coalesce(a, -- the first
b * -- times
c) AS product, CASE WHEN a > -- more
b THEN 1 END AS flag FROM t WHERE a IN -- one of
(1, 2);
