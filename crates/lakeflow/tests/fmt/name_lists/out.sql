SELECT
  struct(
    _file_modified_at, _file_name, orders.order_id, orders.customer_id, orders.product_id,
    `order date`, quantity
  ) AS _sequence,
  coalesce(
    customers.preferred_name,
    customers.first_name,
    upper(customers.last_name),
    customers.email_address,
    '?'
  ) AS name,
  sum(
    cast(price_of_a_product_without_the_tax_on_it AS DECIMAL(18,2)) * quantity_that_was_ordered
  ) OVER () AS total
FROM orders
