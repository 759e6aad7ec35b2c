-- Each guard is one of something else.
CREATE OR REFRESH STREAMING TABLE parcels (
  CONSTRAINT another EXPECT (weight IS NOT NULL AND height > 0),
  CONSTRAINT wrong_way EXPECT (weight IS NULL AND weight > 0 OR height > 0),
  CONSTRAINT or_and EXPECT (weight IS NOT NULL OR weight > 0),
  CONSTRAINT of_lambda EXPECT (x IS NOT NULL AND exists(sizes, x -> x > 0))
) AS
SELECT weight, height, x, sizes
FROM STREAM read_files('/in', format => 'json', schema => 'weight DOUBLE, height DOUBLE, x INT, sizes ARRAY<INT>');
