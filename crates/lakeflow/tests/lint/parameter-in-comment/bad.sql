-- Reads the files of ${landing}.
CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM raw;
