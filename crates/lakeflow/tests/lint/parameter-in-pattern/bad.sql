CREATE OR REFRESH MATERIALIZED VIEW phones AS
SELECT regexp_replace(phone, '([0-9]+)-', '${1} ') AS phone FROM raw;
