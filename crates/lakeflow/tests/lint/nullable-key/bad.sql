CREATE OR REFRESH MATERIALIZED VIEW sales (
  day DATE NOT NULL,
  product STRING,
  CONSTRAINT sales_key PRIMARY KEY (day, product)
) AS
SELECT day, product FROM orders;
