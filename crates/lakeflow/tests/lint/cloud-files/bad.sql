CREATE OR REFRESH STREAMING TABLE raw AS SELECT id FROM cloud_files('/Volumes/main/in/raw', 'json');
