SELECT p.*, 1L AS n
FROM (SELECT id, day, points FROM duels) PIVOT (
  sum(points) FOR day IN (DATE '2024-01-01' AS first, DATE '2024-01-02' AS second)
) AS p
