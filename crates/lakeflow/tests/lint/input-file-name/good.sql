CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id, _metadata.file_path AS path FROM STREAM read_files('/Volumes/main/in/raw', format => 'json');
