CREATE TEMPORARY VIEW changes AS
SELECT id, try_cast(at AS INT) AS at
FROM STREAM read_files('${landing}/a.csv', format => 'csv', schema => 'id STRING, at STRING', header => true);

CREATE OR REFRESH STREAMING TABLE t;

CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(changes) KEYS (id) SEQUENCE BY at;
