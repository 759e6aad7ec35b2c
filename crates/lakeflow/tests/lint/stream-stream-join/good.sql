CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH STREAMING TABLE pairs AS SELECT a.id FROM STREAM raw AS a INNER JOIN raw AS b ON a.id = b.id;
