CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id
FROM STREAM read_files(
  '/Volumes/main/in/raw', format => 'csv', header => TRUE, escape => '\'', schema => 'id STRING',
  rescuedDataColumn => '_rescued_data'
);
