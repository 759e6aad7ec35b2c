CREATE OR REFRESH STREAMING TABLE raw (id STRING, day DATE, weight DOUBLE) AS
SELECT id, day, weight
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, day DATE, weight DOUBLE');
CREATE OR REFRESH MATERIALIZED VIEW ids
TBLPROPERTIES ('delta.columnMapping.mode' = 'name')
AS SELECT id AS `order id` FROM raw;
