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
