CREATE VIEW v WITH METRICS AS $$ source: t $$;
CREATE VIEW v WITH METRIC LANGUAGE YAML AS $$ source: t $$;
CREATE VIEW v WITH METRICS LANGUAGE YML AS $$ source: t $$;
CREATE TEMPORARY VIEW v WITH METRICS LANGUAGE YAML AS $$ source: t $$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS 'source: t';
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
version: 1.1
sorce: t
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
version: 9
source: t
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures:
  - name: revenue
    expr: sum(amount
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
filter: a = = b
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: SELECT * FORM t
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: u, source: u}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
source: u
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: a, expr: a}]
fields: [{name: a, expr: a}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
version: 0.1
source: t
comment: x
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
version: 1.1
source: a.b.c.d
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: []
measures: []
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
comment: [a]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: '', expr: a}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: N, expr: a}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: a, expr: sum(a)}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: upper(a)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1), discription: x}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1), synonyms: many}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1), synonyms: [a, '']}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1), synonyms: [a, b, c, d, e, f, g, h, i, j, k]}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1), format: {type: persentage}}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1), format: number}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: u, source: u, using: id}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: u, source: u, using: [1]}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: source, source: u, using: [id]}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: u, source: u, using: [id]}, {name: U, source: w, using: [id]}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: u, source: u, using: [id], cardinality: many_to_many}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: u, source: u, using: [id], rely: {at_most_one: true}}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
joins: [{name: u, source: u, using: [id], rely: {at_most_one_match: perhaps}}]
measures: [{name: n, expr: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: day, expr: day}]
measures:
  - name: n
    expr: count(1)
    window: [{order: dya, range: current}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: day, expr: day}]
measures:
  - name: n
    expr: count(1)
    window: [{order: day, range: trailing seven}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: day, expr: day}]
measures:
  - name: n
    expr: count(1)
    window: [{order: day, range: last 7 day}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: day, expr: day}]
measures:
  - name: n
    expr: count(1)
    window: [{order: day, range: current, semiadditive: lst}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: day, expr: day}]
measures:
  - name: n
    expr: count(1)
    window: [{order: day, range: current, offset: soon}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
dimensions: [{name: day, expr: day}]
measures:
  - name: n
    expr: count(1)
    window: [{order: day}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1)}]
materialization:
  schedul: every 6 hours
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1)}]
materialization:
  mode: strict
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1)}]
materialization:
  materialized_views: [{name: d, type: agregated}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1)}]
materialization:
  materialized_views: [{name: d, type: aggregated, measures: [m]}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, expr: count(1)}]
materialization:
  materialized_views: d
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
measures: [{name: n, sql: count(1)}]
$$;
CREATE VIEW v WITH METRICS LANGUAGE YAML AS $$
source: t
where: a > 1
measures: [{name: n, expr: count(1)}]
$$;
