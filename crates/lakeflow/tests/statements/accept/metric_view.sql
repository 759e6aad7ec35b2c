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
CREATE VIEW orders WITH METRICS LANGUAGE YAML AS $$
version: 1.1
comment: orders
source: c.s.orders
joins:
  - name: customers
    source: c.s.customers
    using: [customer_id]
    cardinality: many_to_one
    rely: {at_most_one_match: true}
    joins:
      - name: states
        source: c.s.states
        'on': customers.state = states.code
fields:
  - {name: day, expr: order_date, display_name: Day, synonyms: [date], format: {type: date}}
measures:
  - {name: orders, expr: count(1)}
  - {name: revenue, expr: sum(amount), format: {type: currency, currency_code: EUR}}
  - {name: average, expr: MEASURE(revenue) / MEASURE(orders)}
  - name: week
    expr: sum(amount)
    window:
      - {order: day, range: trailing 7 day, semiadditive: last, offset: -1 month}
      - {order: day, range: cumulative, semiadditive: first}
materialization:
  schedule: every 6 hours
  mode: relaxed
  materialized_views:
    - {name: daily, type: aggregated, dimensions: [Day], measures: [orders, revenue]}
    - {name: rows, type: unaggregated}
$$;
