-- An order without lines has none here.
SELECT
  o.order_number,
  o.customer_id,
  CAST(timestamp_seconds(o.ordered_second) AS DATE) AS ordered_on,
  line.id AS product_id,
  line.curr AS currency,
  line.price,
  line.qty AS quantity
FROM sales_orders o
LATERAL VIEW explode(
  from_json(o.ordered_products, 'ARRAY<STRUCT<id: STRING, curr: STRING, price: DECIMAL(12,2), qty: INT>>')
) lines AS line;
