CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH STREAMING TABLE ranked AS
SELECT id, row_number() OVER (PARTITION BY id ORDER BY day DESC) AS n FROM STREAM raw;
