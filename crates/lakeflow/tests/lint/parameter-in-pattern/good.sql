CREATE OR REFRESH MATERIALIZED VIEW phones AS
SELECT regexp_replace(phone, '([0-9]+)-', '$1 ') AS phone, regexp_replace(name, '${salutation}', '${title}') AS name FROM raw;
