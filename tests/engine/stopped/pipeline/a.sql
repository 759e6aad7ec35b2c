CREATE OR REFRESH STREAMING TABLE a (
  CONSTRAINT short EXPECT (length(v) <= 1) ON VIOLATION FAIL UPDATE,
  CONSTRAINT known EXPECT (v IS NOT NULL) ON VIOLATION FAIL UPDATE
)
AS
SELECT v FROM STREAM read_files(
  '${landing}/a.csv', format => 'csv', schema => 'v STRING', header => true, escape => '"'
);

-- Reads what failed: not a fault of its own.
CREATE OR REFRESH MATERIALIZED VIEW b AS SELECT count(*) AS n FROM a;
