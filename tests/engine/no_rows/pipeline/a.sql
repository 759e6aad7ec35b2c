-- Nothing has been delivered yet: every table is empty, and none of these functions sees a row.
CREATE OR REFRESH STREAMING TABLE orders_raw AS
SELECT id, day, note, _metadata.file_name AS file_name, _metadata.file_modification_time AS modified
FROM STREAM read_files('${landing}/orders*.csv', format => 'csv', schema => 'id STRING, day STRING, note STRING', header => true);

CREATE OR REFRESH MATERIALIZED VIEW orders AS
SELECT
  id,
  date_trunc('MONTH', try_cast(day AS TIMESTAMP)) AS month,
  datediff(HOUR, try_cast(day AS TIMESTAMP), modified) AS hours,
  dateadd(MONTH, 1, try_cast(day AS TIMESTAMP)) AS later,
  get_json_object(note, '$.a') AS a,
  date_format(try_cast(day AS DATE), 'yyyy-MM') AS shown,
  named_struct('x', id).x AS x
FROM orders_raw;

CREATE OR REFRESH MATERIALIZED VIEW counted AS
SELECT count(*) AS n, max(x) AS x FROM orders;
