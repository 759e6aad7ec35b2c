SELECT
  id,
  row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC NULLS LAST, id) AS number,
  sum(amount) OVER (
    PARTITION BY customer_id
    ORDER BY ordered_at
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS running_total,
  lag(amount, 1, 0) OVER w AS previous,
  count(*) FILTER (WHERE amount > 100) OVER (
    w
    RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW
  ) AS large
FROM orders
WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at)
QUALIFY number = 1;

SELECT
  first_value(a) IGNORE NULLS OVER (ORDER BY b),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY c)
FROM t
GROUP BY d;
