CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH STREAMING TABLE every;
CREATE FLOW every_a AS INSERT INTO every BY NAME SELECT id FROM STREAM raw;
CREATE FLOW every_b AS INSERT INTO every BY NAME SELECT id FROM STREAM raw;
