CREATE OR REFRESH MATERIALIZED VIEW totals
COMMENT 'Sums by state'
AS
SELECT state, sum(amount) AS total, count(*) AS orders
FROM orders
WHERE amount > 0
GROUP BY ALL;
