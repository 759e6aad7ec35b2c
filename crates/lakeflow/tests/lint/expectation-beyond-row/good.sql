CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH MATERIALIZED VIEW row_count (CONSTRAINT has_rows EXPECT (copies > 0)) AS SELECT count(*) AS copies FROM raw;
