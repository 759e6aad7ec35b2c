CREATE OR REFRESH STREAMING TABLE notes AS
SELECT k, note
FROM STREAM read_files(
  '${landing}/*.csv', format => 'csv', schema => 'k STRING, note STRING', header => true, escape => '"', multiLine => true,
  mode => 'PERMISSIVE', rescuedDataColumn => '_rescued_data'
);
