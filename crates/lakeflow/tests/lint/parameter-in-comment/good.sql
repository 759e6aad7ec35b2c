-- Reads the files of the landing directory.
CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM raw;
