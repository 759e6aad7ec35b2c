CREATE OR REFRESH STREAMING TABLE raw AS SELECT id FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'id STRING');
CREATE OR REFRESH STREAMING TABLE copy AS SELECT id FROM raw;
