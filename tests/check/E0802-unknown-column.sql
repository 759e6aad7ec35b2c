CREATE OR REFRESH STREAMING TABLE raw AS SELECT order_id, quantity FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'order_id STRING, quantity INT');
CREATE OR REFRESH MATERIALIZED VIEW total AS
SELECT sum(quantty) AS pieces FROM raw;
