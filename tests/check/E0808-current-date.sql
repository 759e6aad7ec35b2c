CREATE OR REFRESH STREAMING TABLE raw AS SELECT day FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'day DATE');
CREATE OR REFRESH MATERIALIZED VIEW ages AS
SELECT day, datediff(current_date(), day) AS age FROM raw;
