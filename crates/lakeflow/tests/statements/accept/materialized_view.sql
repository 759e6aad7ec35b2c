CREATE MATERIALIZED VIEW v AS SELECT 1 AS one;
CREATE OR REFRESH MATERIALIZED VIEW c.s.v REFRESH POLICY AUTO AS SELECT 1 AS one;
CREATE OR REFRESH MATERIALIZED VIEW v USING ICEBERG REFRESH POLICY FULL AS (SELECT 1 AS one);
CREATE OR REFRESH MATERIALIZED VIEW v REFRESH POLICY INCREMENTAL STRICT COMMENT 'x' AS SELECT 1 AS one;
CREATE OR REFRESH MATERIALIZED VIEW v REFRESH POLICY INCREMENTAL AS SELECT 1 AS one;
CREATE OR REFRESH PRIVATE MATERIALIZED VIEW gold.sales_by_product_daily (
  period_start DATE NOT NULL COMMENT 'first day of the period',
  product_id STRING NOT NULL,
  revenue DECIMAL(18, 2),
  CONSTRAINT known EXPECT (product_id IS NOT NULL) ON VIOLATION FAIL UPDATE,
  CONSTRAINT pk PRIMARY KEY (period_start, product_id)
)
CLUSTER BY (period_start)
COMMENT 'revenue'
TBLPROPERTIES ('quality' = 'gold')
WITH ROW FILTER c.s.f ON (product_id)
AS
WITH orders AS (
  SELECT o.*, CAST(o.quantity * p.price AS DECIMAL(18, 2)) AS amount
  FROM sales_orders AS o INNER JOIN products p ON o.product_id = p.product_id
  WHERE o.order_status NOT IN ('cancelled', 'returned') AND o.order_date >= DATE '2020-01-01'
)
SELECT CAST(date_trunc('DAY', order_date) AS DATE) AS period_start, product_id,
  CAST(sum(amount) AS DECIMAL(18, 2)) AS revenue,
  count(DISTINCT order_id) AS order_count,
  try_divide(sum(amount), count(DISTINCT order_id)) AS average
FROM orders GROUP BY ALL HAVING count(*) > 0
UNION ALL BY NAME SELECT NULL, NULL, NULL, NULL, NULL FROM nothing
ORDER BY period_start DESC NULLS LAST LIMIT 10;
CREATE MATERIALIZED VIEW v (id BIGINT GENERATED ALWAYS AS IDENTITY, day DATE GENERATED ALWAYS AS (CAST(at AS DATE))) AS SELECT * FROM t;
