CREATE OR REFRESH STREAMING TABLE orders (
  id STRING COMMENT 'Number of the order',
  customer STRING,
  amount DECIMAL(10,2),
  state STRING,
  CONSTRAINT has_amount EXPECT (amount IS NOT NULL)
)
CLUSTER BY (id)
COMMENT 'Orders'
TBLPROPERTIES ('delta.enableRowTracking' = 'true', 'quality' = 'silver');

CREATE FLOW orders_changes AS AUTO CDC INTO orders
FROM STREAM(orders_typed)
KEYS (id)
SEQUENCE BY _sequence
COLUMNS * EXCEPT (_sequence)
STORED AS SCD TYPE 1;
