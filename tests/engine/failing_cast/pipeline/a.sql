-- The message names no value: it may be personal data.
CREATE OR REFRESH MATERIALIZED VIEW c AS SELECT CAST(v AS INT) AS v FROM VALUES ('1'), ('secret') AS t(v);
