CREATE OR REFRESH PRIVATE STREAMING TABLE orders_checked AS
WITH judged AS (
  SELECT
    id,
    try_cast(amount AS DECIMAL(10,2)) AS amount,
    array_compact(array(
      CASE WHEN id IS NULL THEN 'id_required' END,
      CASE WHEN try_cast(amount AS DECIMAL(10,2)) IS NULL THEN 'valid_amount' END
    )) AS _violations
  FROM STREAM orders_raw
)
SELECT *, arrays_overlap(_violations, array('id_required')) AS _quarantined FROM judged;

CREATE OR REFRESH STREAMING TABLE good AS
SELECT id, amount FROM STREAM orders_checked WHERE NOT _quarantined;

CREATE OR REFRESH MATERIALIZED VIEW good_total AS SELECT sum(amount) AS total FROM good;
