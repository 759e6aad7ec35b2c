CREATE TABLE IF NOT EXISTS bronze.orders_files (
  order_id STRING,
  `unit price` DECIMAL(10,2) COMMENT 'net',
  _rescued_data STRING
)
USING csv
OPTIONS (
  'header' = 'true',
  'sep' = ';'
)
LOCATION '/Volumes/shop/raw/it\'s here/*.csv';

CREATE TABLE IF NOT EXISTS shop.silver.countries_files (
  code STRING
)
USING json
LOCATION '/data/countries';

CREATE TABLE IF NOT EXISTS shop.silver.more_files (
  order_id STRING
)
USING parquet
LOCATION '/data/more';

CREATE STREAMING TABLE bronze.orders
AS
SELECT
  *,
  _metadata.file_path AS file
FROM STREAM bronze.orders_files AS f;

SET CATALOG shop;

USE SCHEMA silver;

CREATE MATERIALIZED VIEW countries
AS
SELECT code
FROM shop.silver.countries_files;

CREATE FLOW more AS INSERT INTO bronze.orders BY NAME
SELECT *
FROM STREAM shop.silver.more_files;

-- Not converted:
-- CREATE STREAMING TABLE guessed AS SELECT * FROM STREAM read_files('/data/x', format => 'csv', header => true)

-- Not converted:
-- CREATE STREAMING TABLE broken AS SELECT * FROM STREAM read_files('/data/x', format => 'csv', schema => 'a WHAT')

-- Not converted:
-- CREATE STREAMING TABLE computed AS SELECT * FROM STREAM read_files('/data/' || 'x', format => 'csv', schema => 'a INT')

-- Not converted:
-- CREATE STREAMING TABLE legacy AS SELECT * FROM cloud_files('/data/x', 'json')

-- Not converted:
-- CREATE STREAMING TABLE topic AS SELECT * FROM STREAM read_kafka(bootstrapServers => 'k:9092', subscribe => 't')

-- Not converted:
-- CREATE STREAMING TABLE direct AS SELECT * FROM STREAM csv.`/data/x`

CREATE MATERIALIZED VIEW batch
AS
SELECT *
FROM csv.`/data/x`;
