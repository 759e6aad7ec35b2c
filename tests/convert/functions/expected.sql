CREATE MATERIALIZED VIEW v
AS
SELECT
  TRY_CAST(a AS INT) AS number,
  if(a > 1, 'x', 'y') AS word,
  first_value(b) IGNORE NULLS OVER (ORDER BY c) AS first,
  is_account_group_member('admins') AS is_admin,
  ai_summarize(text) AS summary,
  shop.tools.clean(text) AS clean,
  raw:address.city AS city,
  TRY_CAST(d AS DATE) AS day
FROM t
WHERE yearofweek(d) > 2020;

-- Not converted:
-- CREATE MATERIALIZED VIEW shapes AS SELECT CAST(shape AS GEOMETRY) AS shape FROM t

-- Not converted:
-- CREATE STREAMING TABLE s (place GEOGRAPHY, odd ARRAY<OBJECT>, fine MAP<STRING, VARIANT>) AS SELECT * FROM STREAM t
