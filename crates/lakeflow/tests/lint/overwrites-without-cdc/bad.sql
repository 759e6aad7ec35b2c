CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id, day
FROM STREAM read_files(
  '/Volumes/main/in/raw', format => 'csv', schema => 'id STRING, day DATE', header => true, escape => '"',
  rescuedDataColumn => '_rescued_data', allowOverwrites => true
);
