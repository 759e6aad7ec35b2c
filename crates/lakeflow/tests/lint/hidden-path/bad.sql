CREATE OR REFRESH STREAMING TABLE staged AS
SELECT id FROM STREAM read_files('/Volumes/main/in/raw/_staged/', format => 'json', schema => 'id STRING');

CREATE OR REFRESH STREAMING TABLE dotted AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', schema => 'id STRING', fileNamePattern => '.part*');
