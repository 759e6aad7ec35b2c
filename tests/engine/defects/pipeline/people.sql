CREATE OR REFRESH STREAMING TABLE people_raw (
  id STRING,
  name STRING,
  note STRING,
  _rescued_data STRING,
  _file_name STRING,
  _file_modified_at TIMESTAMP
)
AS
SELECT
  id,
  name,
  note,
  _rescued_data,
  _metadata.file_name AS _file_name,
  _metadata.file_modification_time AS _file_modified_at
FROM STREAM read_files(
  '${landing}/people*.csv',
  format => 'csv',
  schema => 'id STRING, name STRING, note STRING',
  header => true,
  escape => '"',
  multiLine => true,
  mode => 'PERMISSIVE',
  rescuedDataColumn => '_rescued_data'
)
WHERE NOT _metadata.file_name RLIKE '^people_archive.*\\.csv\\z';

-- Nothing was ever delivered for this one.
CREATE OR REFRESH STREAMING TABLE nobody
AS
SELECT * FROM STREAM read_files(
  '${landing}/nobody*.csv',
  format => 'csv',
  schema => 'id STRING',
  header => true,
  rescuedDataColumn => '_rescued_data'
);
