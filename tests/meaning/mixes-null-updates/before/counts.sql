CREATE OR REFRESH MATERIALIZED VIEW log_counts AS
SELECT count(*) AS lines FROM order_log;
