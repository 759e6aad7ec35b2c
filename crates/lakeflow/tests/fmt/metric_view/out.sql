CREATE OR REPLACE VIEW main.sales.revenue
WITH METRICS
LANGUAGE YAML
COMMENT 'Revenue by product'
AS $$
  version: 1.1
  source:   main.sales.orders
  # select   nothing
  dimensions:
    - name: Month
      expr: date_trunc('MONTH',   ordered_at)
  measures:
    - {name: Revenue,   expr: sum(amount)}
$$;

SELECT
  `Month`,
  measure(`Revenue`)
FROM main.sales.revenue
GROUP BY ALL;
