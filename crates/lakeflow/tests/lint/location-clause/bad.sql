CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) LOCATION 's3://bucket/raw' AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
