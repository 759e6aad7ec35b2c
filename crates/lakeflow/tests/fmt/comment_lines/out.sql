SELECT
  a,
  -- how many
  count(b) AS n
FROM
  -- the table
  t
JOIN
  -- the other
  u ON t.id = u.id
WHERE
  -- why
  f(x) = 1 AND y = 2
GROUP BY
  -- by what
  a
HAVING
  -- enough
  count(b) > 1 AND max(f(b)) < 9;

SELECT CASE
  WHEN a THEN
    -- first
    f(b)
  ELSE g(c)
END AS d;
