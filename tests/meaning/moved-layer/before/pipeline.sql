CREATE OR REFRESH STREAMING TABLE ${bronze_schema}.orders_raw (id STRING)
AS SELECT id FROM STREAM read_files('${landing}/orders*.csv', format => 'csv', schema => 'id STRING');

CREATE OR REFRESH MATERIALIZED VIEW orders AS SELECT id FROM ${bronze_schema}.orders_raw;
