CREATE OR REFRESH MATERIALIZED VIEW totals
COMMENT 'Sums by state'
AS
WITH counted AS (
  SELECT state, amount FROM orders WHERE amount > 0
)
select STATE, SUM(Amount) as TOTAL, count(*) AS orders
FROM counted
GROUP BY state;
