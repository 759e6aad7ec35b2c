-- Changes may come from a query over a stream.
CREATE OR REFRESH STREAMING TABLE raw AS SELECT id, at, op FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'id STRING, at TIMESTAMP, op STRING');
CREATE OR REFRESH STREAMING TABLE target;
CREATE FLOW f AS AUTO CDC INTO target FROM (SELECT id AS key, at, op FROM STREAM raw) KEYS (key) APPLY AS DELETE WHEN op = 'D' SEQUENCE BY at COLUMNS * EXCEPT (op) STORED AS SCD TYPE 1;
CREATE OR REFRESH MATERIALIZED VIEW keys AS SELECT key, at FROM target;
