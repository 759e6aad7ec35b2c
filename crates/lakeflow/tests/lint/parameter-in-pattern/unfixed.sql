CREATE OR REFRESH MATERIALIZED VIEW phones AS
SELECT
  regexp_replace(day, '(?<year>[0-9]{4}).*', '${year}') AS year,
  regexp_replace(phone, '([0-9]+)-', '${1}0') AS phone,
  '${2}' AS text
FROM raw;
