CREATE OR REFRESH STREAMING TABLE raw TBLPROPERTIES ('pipelines.reset.allowed' = 'false') AS
SELECT id
FROM STREAM read_files('/Volumes/main/in/raw', format => 'json', cleanSource => 'DELETE');
