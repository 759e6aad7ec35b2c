COPY INTO main.raw.orders
FROM (
  SELECT
    _c0 AS id,
    _c1::DECIMAL(10,2) AS amount,
    _metadata.file_path
  FROM '/Volumes/main/raw/orders'
)
FILEFORMAT = csv
PATTERN = '*.csv'
FORMAT_OPTIONS ('header' = 'true', 'mergeSchema' = 'true')
COPY_OPTIONS ('mergeSchema' = 'true', 'force' = 'false');

COPY INTO t FROM '/Volumes/x' FILEFORMAT = parquet;
