CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH STREAMING TABLE newest;
CREATE FLOW newest_cdc AS AUTO CDC INTO newest FROM STREAM(raw) KEYS (id) SEQUENCE BY day;
CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM newest;
