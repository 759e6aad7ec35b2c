CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH MATERIALIZED VIEW totals AS
SELECT * FROM (SELECT id, day, weight FROM raw) PIVOT (max(weight) FOR id IN ('a', 'b'));
