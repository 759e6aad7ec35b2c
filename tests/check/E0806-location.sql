CREATE OR REFRESH STREAMING TABLE raw LOCATION 's3://bucket/raw' AS SELECT id FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'id STRING');
