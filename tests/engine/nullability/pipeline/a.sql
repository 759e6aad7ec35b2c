CREATE OR REFRESH MATERIALIZED VIEW t AS
SELECT * FROM VALUES ('x', 1), ('y', NULL), (NULL, 3) AS v(a, b);

-- By hand: for `x` the condition is false, so b is looked at and is there; for `y` and NULL the other branch counts.
CREATE OR REFRESH MATERIALIZED VIEW r AS
SELECT
  count_if(CASE WHEN (a NOT LIKE 'x') IS FALSE THEN b IS NOT NULL ELSE TRUE END) AS kept,
  bool_and(CASE WHEN (a = 'y') IS TRUE THEN b IS NOT NULL ELSE TRUE END) AS complete,
  sum(CASE WHEN (a = 'x') IS NOT FALSE THEN if(b IS NULL, 10, 1) ELSE 0 END) AS points
FROM t;
