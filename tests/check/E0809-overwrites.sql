CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'id STRING', allowOverwrites => true);
CREATE OR REFRESH MATERIALIZED VIEW counted AS SELECT count(*) AS row_count FROM raw;
