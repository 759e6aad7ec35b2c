CREATE OR REFRESH STREAMING TABLE weights_raw (
  lot BIGINT,
  weight DECIMAL(8,3),
  _rescued_data STRING
)
TBLPROPERTIES ('pipelines.reset.allowed' = 'false')
AS
SELECT lot, weight, _rescued_data
FROM STREAM read_files(
  '/Volumes/dev/seedbank/landing/weights*.parquet',
  format => 'parquet',
  schema => 'lot BIGINT, weight DECIMAL(8,3)',
  rescuedDataColumn => '_rescued_data'
);
