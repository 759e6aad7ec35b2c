CREATE OR REFRESH STREAMING TABLE orders (
  CONSTRAINT positive EXPECT (quantity > 0),
  CONSTRAINT customer_is_known
    EXPECT (array_contains(_violations, 'customer_is_known') IS FALSE) ON VIOLATION DROP ROW,
  CONSTRAINT every_line_is_accounted_for
    EXPECT (coalesce(raw_rows = clean_rows + quarantined_rows + dropped_rows, FALSE))
    ON VIOLATION FAIL UPDATE,
  CONSTRAINT times_are_in_order
    EXPECT (
      ordered_at <= shipped_at
      AND shipped_at <= delivered_at
      AND delivered_at <= coalesce(returned_at, delivered_at)
    )
    ON VIOLATION DROP ROW
)
AS
SELECT *
FROM STREAM raw_orders
