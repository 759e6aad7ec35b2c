-- A part of each condition sees to it that a value is there.
CREATE OR REFRESH STREAMING TABLE parcels (
  CONSTRAINT weighs EXPECT (weight IS NOT NULL AND weight > 0) ON VIOLATION DROP ROW,
  CONSTRAINT weighs_too EXPECT (weight < 30 AND NOT (weight IS NULL)),
  CONSTRAINT may_lack EXPECT (weight IS NULL OR weight BETWEEN 0 AND 30),
  CONSTRAINT both EXPECT (from_city IS NOT NULL AND (to_city IS NULL OR from_city <> to_city)),
  CONSTRAINT nested EXPECT ((weight IS NOT NULL AND from_city IS NOT NULL) AND (weight > 1 OR from_city = 'Graz')),
  CONSTRAINT by_case EXPECT (CASE WHEN weight IS NULL THEN TRUE ELSE weight > 0 END),
  CONSTRAINT parsed EXPECT (try_cast(code AS INT) IS NOT NULL AND try_cast(code AS INT) > 9),
  CONSTRAINT in_time EXPECT (coalesce(sent_at <= current_timestamp(), FALSE))
) AS
SELECT weight, from_city, to_city, code, sent_at
FROM STREAM read_files('/in', format => 'json', schema => 'weight DOUBLE, from_city STRING, to_city STRING, code STRING, sent_at TIMESTAMP');
