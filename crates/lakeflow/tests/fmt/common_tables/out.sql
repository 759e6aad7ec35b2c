WITH a AS (
  SELECT 1 AS x
),

b AS (
  SELECT x
  FROM a
)

SELECT x
FROM b
UNION ALL
SELECT 2;

WITH a (
  SELECT 1 AS x
),

b (
  SELECT x
  FROM a
),

c (y) AS (
  SELECT x
  FROM b
)

SELECT y
FROM c;
