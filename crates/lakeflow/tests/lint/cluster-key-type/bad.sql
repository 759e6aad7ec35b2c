CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH MATERIALIZED VIEW states (id STRING, is_open BOOLEAN) CLUSTER BY (is_open) AS
SELECT id, id IS NOT NULL AS is_open FROM raw;
