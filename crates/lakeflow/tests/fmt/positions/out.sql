SELECT
  a,
  b,
  count(*)
FROM t
GROUP BY 1, 2
ORDER BY
  1,
  2 DESC;

SELECT
  a,
  b,
  count(*)
FROM t
GROUP BY
  1,
  b
ORDER BY 3
