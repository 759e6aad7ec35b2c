CREATE OR REFRESH STREAMING TABLE orders (id STRING, status STRING COMMENT 'as delivered') AS
SELECT id, coalesce(status, 'new') AS status FROM STREAM raw;
