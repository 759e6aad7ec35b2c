-- Independent of the others: its fault is reported too.
CREATE OR REFRESH MATERIALIZED VIEW c AS SELECT CAST(v AS INT) AS v FROM VALUES ('1'), ('x') AS t(v);
