CREATE OR REFRESH STREAMING TABLE orders_raw
COMMENT 'Lines as delivered'
TBLPROPERTIES ('pipelines.reset.allowed' = 'false')
AS
SELECT id, customer, amount, state, _rescued, _metadata.file_name AS file
FROM STREAM read_files(
  '/Volumes/shop/sales/landing/orders*.csv',
  format => 'csv',
  schema => 'id STRING, customer STRING, amount STRING, state STRING',
  header => true,
  rescuedDataColumn => '_rescued'
);
