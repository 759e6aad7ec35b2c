CREATE OR REFRESH STREAMING TABLE lines AS
SELECT k, note, weight, _rescued_data
FROM STREAM read_files(
  '${landing}/*.csv', format => 'csv', schema => 'k STRING, note STRING, weight STRING', header => true, escape => '"',
  multiLine => true, mode => 'PERMISSIVE', rescuedDataColumn => '_rescued_data'
);
