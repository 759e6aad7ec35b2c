CREATE TEMPORARY VIEW v AS SELECT * FROM STREAM(t) AS s;
CREATE OR REPLACE TEMP VIEW v (a COMMENT 'first', b, CONSTRAINT c EXPECT (a > 0) ON VIOLATION DROP ROW) COMMENT 'v' TBLPROPERTIES ('a' = 'b') AS SELECT 1, 2;
CREATE VIEW IF NOT EXISTS c.s.v AS SELECT 1 AS a;
CREATE OR REPLACE VIEW c.s.v (a, b COMMENT 'second') COMMENT 'published' AS SELECT 1, 2;
CREATE VIEW quality AS VALUES (1, 'a'), (2, 'b');
CREATE OR REPLACE VIEW c.s.sales_metrics WITH METRICS LANGUAGE YAML COMMENT 'slices' AS
$$
version: 1.1
source: c.s.sales
measures:
  - name: revenue
    expr: sum(amount)   # a ; inside
$$;
CREATE VIEW m TBLPROPERTIES ('a' = 'b') LANGUAGE YAML WITH METRICS AS $${version: 1.1, source: t, measures: [{name: n, expr: count(*)}]}$$;
ALTER VIEW c.s.sales_metrics AS $$
version: 1.1
source: t
measures: [{name: n, expr: count(1)}]
$$;
