CREATE OR REFRESH PRIVATE STREAMING TABLE orders (
  order_id BIGINT NOT NULL COMMENT 'Identifier of the order' PRIMARY KEY,
  customer_id BIGINT,
  amount DECIMAL(18,2) COMMENT 'In US dollars',
  email STRING MASK mask_email USING COLUMNS (customer_id),
  ordered_on DATE GENERATED ALWAYS AS (cast(ordered_at AS DATE)),
  attributes MAP<STRING, ARRAY<STRUCT<a: INT, b: STRING>>>,
  CONSTRAINT positive_amount EXPECT (amount > 0) ON VIOLATION DROP ROW,
  CONSTRAINT known_customer EXPECT (customer_id IS NOT NULL) ON VIOLATION FAIL UPDATE,
  CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers (customer_id) NOT ENFORCED RELY
)
CLUSTER BY (order_id, customer_id)
COMMENT 'Orders as they come in'
DEFAULT COLLATION UTF8_BINARY
TBLPROPERTIES (
  'quality' = 'silver',
  'delta.enableChangeDataFeed' = 'true',
  'pipelines.reset.allowed' = false
)
WITH ROW FILTER only_mine ON (customer_id)
AS
SELECT *
FROM STREAM read_files(
  '/Volumes/main/raw/orders',
  format => 'csv',
  header => true,
  schema => 'order_id bigint, customer_id bigint, amount string',
  rescuedDataColumn => '_rescued'
);

CREATE STREAMING TABLE t
AS
SELECT a
FROM STREAM u;

CREATE OR REFRESH STREAMING TABLE empty_one;
