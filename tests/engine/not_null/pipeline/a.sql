CREATE OR REFRESH STREAMING TABLE t (v STRING NOT NULL) AS
SELECT v FROM STREAM read_files('${landing}/a.csv', format => 'csv', schema => 'v STRING', header => true);
