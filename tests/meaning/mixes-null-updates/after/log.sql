CREATE OR REFRESH STREAMING TABLE order_log (
  CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW
)
AS SELECT id, amount, state FROM STREAM orders_typed WHERE state <> 'test';
