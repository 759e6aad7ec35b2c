CREATE OR REFRESH STREAMING TABLE raw AS SELECT name FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'name STRING');
CREATE OR REFRESH MATERIALIZED VIEW names (nam STRING, size INT) AS
SELECT name, length(name) AS size FROM raw;
