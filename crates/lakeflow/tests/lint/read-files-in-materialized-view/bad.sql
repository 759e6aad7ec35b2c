CREATE OR REFRESH MATERIALIZED VIEW raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
