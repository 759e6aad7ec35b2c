CREATE OR REFRESH STREAMING TABLE orders (
  id STRING,
  amount DECIMAL(10,2),
  CONSTRAINT amount_known EXPECT (amount IS NOT NULL),
  CONSTRAINT amount_positive EXPECT (coalesce(amount > 0, FALSE)) ON VIOLATION DROP ROW,
  CONSTRAINT id_known EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW
)
AS
SELECT id, try_cast(amount AS DECIMAL(10,2)) AS amount
FROM STREAM read_files(
  '${landing}/orders.csv',
  format => 'csv',
  schema => 'id STRING, amount STRING',
  header => true,
  escape => '"'
);

CREATE OR REFRESH MATERIALIZED VIEW totals (
  Orders BIGINT,
  Amount DECIMAL(38,2),
  CONSTRAINT some_orders EXPECT (coalesce(Orders > 0, FALSE)) ON VIOLATION FAIL UPDATE
)
AS
SELECT count(*) AS Orders, sum(amount) AS Amount FROM `${catalog}`.`${schema}`.orders;
