CREATE OR REFRESH STREAMING TABLE orders AS SELECT order_id FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'order_id STRING');
CREATE OR REFRESH MATERIALIZED VIEW counted AS SELECT count(*) AS order_count FROM order;
