CREATE OR REFRESH STREAMING TABLE raw AS SELECT amount FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'amount DOUBLE');
CREATE OR REFRESH MATERIALIZED VIEW total AS SELECT sum(amount) AS total FROM raw;
