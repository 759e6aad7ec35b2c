CREATE TEMPORARY VIEW v
AS
SELECT *
FROM t;

CREATE OR REPLACE VIEW main.sales.recent (
  order_id COMMENT 'Identifier',
  amount
)
COMMENT 'What was ordered lately'
TBLPROPERTIES (
  'a' = 'b'
)
WITH SCHEMA EVOLUTION
AS
SELECT
  order_id,
  amount
FROM main.sales.orders
WHERE ordered_at > current_timestamp() - INTERVAL 7 DAYS;

CREATE VIEW IF NOT EXISTS w
AS
WITH a AS (
  SELECT 1 AS x
)

SELECT x
FROM a;
