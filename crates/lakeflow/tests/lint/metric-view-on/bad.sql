CREATE VIEW main.shop.sales WITH METRICS LANGUAGE YAML AS $$
version: 1.1
source: main.shop.orders
joins:
  - name: customers
    source: main.shop.customers
    on: source.customer_id = customers.customer_id
measures:
  - name: orders
    expr: count(1)
$$;
