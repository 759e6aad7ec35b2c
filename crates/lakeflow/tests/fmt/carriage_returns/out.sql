SELECT
  a,
  b
FROM t
WHERE x; -- one

CREATE VIEW v
AS
SELECT 1;
