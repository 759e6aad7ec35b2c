-- A table of a `WITH` hides the dataset of the same name, so these two do not read each other.
CREATE OR REFRESH MATERIALIZED VIEW a AS WITH b AS (SELECT 1 AS x) SELECT b.x, c.y FROM b CROSS JOIN c;
CREATE OR REFRESH MATERIALIZED VIEW b AS SELECT x FROM a;
CREATE OR REFRESH MATERIALIZED VIEW c AS SELECT 2 AS y;
