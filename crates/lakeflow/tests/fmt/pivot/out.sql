SELECT *
FROM (SELECT year, quarter, amount FROM sales)
PIVOT (
  sum(amount) AS total,
  avg(amount) AS mean
  FOR quarter IN (1 AS q1, 2 AS q2, 3 AS q3, 4 AS q4)
)
ORDER BY year;

SELECT *
FROM wide
UNPIVOT INCLUDE NULLS (amount FOR quarter IN (q1 AS `first`, q2, q3, q4)) AS u;

SELECT *
FROM a
PIVOT (max(v) FOR k IN ('x', 'y'));
