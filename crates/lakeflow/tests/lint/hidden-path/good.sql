CREATE OR REFRESH STREAMING TABLE staged AS
SELECT id FROM STREAM read_files('/Volumes/main/in/raw/staged/', format => 'json', schema => 'id STRING');

CREATE OR REFRESH STREAMING TABLE logged AS
SELECT id FROM STREAM read_files('/Volumes/main/in/_log/*.json', format => 'json', schema => 'id STRING');

CREATE OR REFRESH STREAMING TABLE all_of_it AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/_raw', format => 'json', schema => 'id STRING', ignoredPathSegmentRegex => '^[.]');
