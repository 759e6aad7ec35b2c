CREATE OR REFRESH MATERIALIZED VIEW totals
COMMENT 'Sums by state'
AS
WITH paid AS (
  SELECT o.state AS s, o.amount AS a FROM orders AS o WHERE o.amount > 0
)
SELECT p.s AS state, sum(p.a) AS total, count(*) AS orders
FROM paid p
GROUP BY p.s;
