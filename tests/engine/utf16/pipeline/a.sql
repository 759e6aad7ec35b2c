-- A quoted field spans lines, which Databricks would cut in two.
CREATE OR REFRESH STREAMING TABLE a AS
SELECT * FROM STREAM read_files('${landing}/*.csv', format => 'csv', schema => 'v STRING', header => true, escape => '"');
