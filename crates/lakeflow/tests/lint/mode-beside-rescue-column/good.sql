CREATE OR REFRESH STREAMING TABLE raw (CONSTRAINT fits EXPECT (_rescued_data IS NULL) ON VIOLATION FAIL UPDATE) AS
SELECT id, _rescued_data
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id INT', rescuedDataColumn => '_rescued_data');

CREATE OR REFRESH STREAMING TABLE strict AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id INT', mode => 'FAILFAST');
