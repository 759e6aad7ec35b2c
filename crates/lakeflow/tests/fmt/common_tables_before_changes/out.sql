WITH c AS (
  SELECT 1 AS id
)

MERGE INTO a.b.courses AS i
USING c AS cc
ON i.id = cc.id
WHEN MATCHED THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;

WITH c AS (
  SELECT 1
),

d AS (
  SELECT 2 AS id
)

INSERT INTO t
SELECT *
FROM c;

WITH c AS (
  SELECT 1
)

DELETE FROM t WHERE a IN (SELECT * FROM c);

WITH gone AS (
  SELECT id
  FROM old
)

UPDATE t
SET state = 'gone'
WHERE id IN (SELECT id FROM gone);

WITH insert AS (
  SELECT 1
)

SELECT *
FROM insert;
