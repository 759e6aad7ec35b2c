CREATE OR REFRESH STREAMING TABLE bronze.orders AS
-- As they were delivered.
SELECT *, _metadata.file_path AS file FROM STREAM read_files(
  '/Volumes/shop/raw/it\'s here/*.csv',
  format => 'csv',
  schema => 'order_id STRING NOT NULL, `unit price` DECIMAL(10,2) COMMENT \'net\'',
  header => true,
  sep => ';',
  allowOverwrites => true,
  maxFilesPerTrigger => 10,
  rescuedDataColumn => '_rescued_data'
) AS f;
USE CATALOG shop;
USE SCHEMA silver;
CREATE MATERIALIZED VIEW countries AS SELECT code FROM read_files('/data/countries', format => 'json', schema => 'code STRING');
CREATE FLOW more AS INSERT INTO bronze.orders BY NAME SELECT * FROM STREAM(read_files('/data/more', format => 'parquet', schema => 'order_id STRING'));
CREATE STREAMING TABLE guessed AS SELECT * FROM STREAM read_files('/data/x', format => 'csv', header => true);
CREATE STREAMING TABLE broken AS SELECT * FROM STREAM read_files('/data/x', format => 'csv', schema => 'a WHAT');
CREATE STREAMING TABLE computed AS SELECT * FROM STREAM read_files('/data/' || 'x', format => 'csv', schema => 'a INT');
CREATE STREAMING TABLE legacy AS SELECT * FROM cloud_files('/data/x', 'json');
CREATE STREAMING TABLE topic AS SELECT * FROM STREAM read_kafka(bootstrapServers => 'k:9092', subscribe => 't');
CREATE STREAMING TABLE direct AS SELECT * FROM STREAM csv.`/data/x`;
CREATE MATERIALIZED VIEW batch AS SELECT * FROM csv.`/data/x`;
