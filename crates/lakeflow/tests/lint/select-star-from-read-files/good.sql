CREATE OR REFRESH STREAMING TABLE raw AS
SELECT *
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING');
