CREATE OR REFRESH STREAMING TABLE order_log (
  CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW
)
AS SELECT o.id, o.amount * r.rate AS amount, o.state FROM STREAM orders_typed AS o INNER JOIN rates AS r ON r.state = o.state WHERE o.state <> 'test';
