-- Each read of files in one query stands for its own files, and `*` does not give their metadata.
CREATE OR REFRESH MATERIALIZED VIEW reads AS
WITH events AS (
  SELECT * FROM read_files('${landing}/a.csv', format => 'csv', schema => 'id STRING', header => true)
)
SELECT *, 'a' AS Source FROM events
UNION ALL
SELECT *, _metadata.file_name AS Source
FROM read_files('${landing}/b/one.csv', format => 'csv', schema => 'id STRING', header => true, sep => ';');
