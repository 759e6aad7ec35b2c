CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/raw', format => 'csv', schema => 'id STRING', header => true, escape => '"',
  rescuedDataColumn => '_rescued_data');
