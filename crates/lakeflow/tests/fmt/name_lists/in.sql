select struct(_file_modified_at, _file_name, orders.order_id, orders.customer_id, orders.product_id, `order date`, quantity) as _sequence,
coalesce(customers.preferred_name, customers.first_name, upper(customers.last_name), customers.email_address, '?') as name,
sum(cast(price_of_a_product_without_the_tax_on_it as decimal(18,2)) * quantity_that_was_ordered) over () as total
from orders
