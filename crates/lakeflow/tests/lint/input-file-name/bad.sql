CREATE OR REFRESH STREAMING TABLE raw AS
SELECT id, input_file_name() AS path FROM STREAM read_files('/Volumes/main/in/raw', format => 'json');
