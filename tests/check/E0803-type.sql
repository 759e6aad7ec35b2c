CREATE OR REFRESH STREAMING TABLE raw AS SELECT name FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'name STRING');
CREATE OR REFRESH MATERIALIZED VIEW names (name DATE, length INT) AS
SELECT name, length(name) AS length FROM raw;
