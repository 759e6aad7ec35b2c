CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id, _rescued_data
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id INT',
  rescuedDataColumn => '_rescued_data', mode => 'FAILFAST');

CREATE OR REFRESH STREAMING TABLE inferred AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', mode => 'dropmalformed');
