CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH STREAMING TABLE newest;
CREATE FLOW newest_cdc AS AUTO CDC INTO newest FROM STREAM(raw) KEYS (id) SEQUENCE BY day STORED AS SCD TYPE 2;
CREATE OR REFRESH MATERIALIZED VIEW people AS SELECT id, day FROM newest WHERE __END_AT IS NULL;
