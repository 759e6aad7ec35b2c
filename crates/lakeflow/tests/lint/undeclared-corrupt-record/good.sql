CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, broken STRING',
  columnNameOfCorruptRecord => 'broken');

CREATE OR REFRESH STREAMING TABLE rejected AS
SELECT _corrupt_record AS line
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING, _corrupt_record STRING')
WHERE _corrupt_record IS NOT NULL;
