SELECT a.id
FROM main.sales.a_table_with_a_long_name AS a
LEFT JOIN main.sales.another_table_with_a_long_name AS b ON b.id = a.id;

SELECT a.id
FROM orders a
JOIN main.sales.another_table_with_a_long_name AS b
  USING (order_id, customer_id, product_id, shipping_id);

SELECT a.id
FROM orders AS a
JOIN customers AS c
  ON c.customer_id = a.customer_id AND c.valid_from <= a.ordered_at AND c.valid_to > a.ordered_at;

SELECT a.id
FROM orders AS a
JOIN (
  SELECT
    customer_id,
    max(ordered_at) AS last_order
  FROM orders
  GROUP BY customer_id
) AS c ON c.customer_id = a.customer_id;

SELECT a.id
FROM orders AS a
JOIN customers AS c ON c.customer_id = a.customer_id
