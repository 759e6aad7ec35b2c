CREATE OR REFRESH MATERIALIZED VIEW totals
COMMENT 'Sums by state'
AS
WITH counted AS (
  SELECT state, amount FROM orders WHERE amount > 0
)
SELECT state, sum(amount) AS total, count(*) AS orders
FROM counted
GROUP BY state;
