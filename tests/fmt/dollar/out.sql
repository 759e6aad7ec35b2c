CREATE VIEW v
WITH METRICS LANGUAGE YAML AS $$
version: 1.1
source:   t
measures:
  -   {name: n, expr: count(1)}
$$;
