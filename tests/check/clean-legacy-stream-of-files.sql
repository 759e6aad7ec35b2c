-- The old reader of files is a stream without a word.
CREATE OR REFRESH STREAMING TABLE visits AS SELECT ip, page FROM cloud_files('/Volumes/main/in/visits', 'csv');
CREATE STREAMING LIVE TABLE pages AS SELECT page FROM cloud_files("/in/pages", "json", map("cloudFiles.inferColumnTypes", "true"));
CREATE OR REFRESH STREAMING TABLE clicks AS SELECT value FROM STREAM read_kafka(bootstrapServers => 'h:9092', subscribe => 'clicks');
