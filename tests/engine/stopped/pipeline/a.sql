CREATE OR REFRESH STREAMING TABLE a (
  CONSTRAINT known EXPECT (v IS NOT NULL),
  CONSTRAINT short EXPECT (coalesce(length(v) <= 1, FALSE)) ON VIOLATION FAIL UPDATE
)
AS
SELECT v FROM STREAM read_files(
  '${landing}/a.csv', format => 'csv', schema => 'v STRING', header => true, escape => '"'
);
