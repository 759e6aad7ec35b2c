-- A scalar subquery gives one row or a fault, never several rows.
CREATE OR REFRESH MATERIALIZED VIEW t AS SELECT (SELECT v FROM VALUES (1), (2) AS u(v)) AS v;
