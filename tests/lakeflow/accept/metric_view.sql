CREATE OR REPLACE VIEW c.s.sales WITH METRICS LANGUAGE YAML AS $$
version: 1.1
source: c.s.orders
filter: status <> 'cancelled'
joins:
  - name: customers
    source: c.s.customers
    on: source.customer_id = customers.id
dimensions:
  - name: month
    expr: date_trunc('MONTH', order_date)
    synonyms: [period]
measures:
  - name: revenue
    expr: SUM(amount) FILTER (WHERE paid)
$$;
CREATE VIEW IF NOT EXISTS v (a COMMENT 'x') COMMENT 'y' TBLPROPERTIES ('k' = 'v') WITH METRICS LANGUAGE YAML AS $$
source: SELECT * FROM t
fields:
  - {name: a, expr: a}
measures:
  - {name: n, expr: COUNT(1)}
$$;
ALTER VIEW v AS $$
version: 0.1
source: t
dimensions: [{name: a, expr: a}]
measures: [{name: n, expr: count(*)}]
$$;
SELECT a, MEASURE(n) AS n FROM v GROUP BY ALL;
