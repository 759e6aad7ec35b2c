CREATE OR REFRESH MATERIALIZED VIEW keys AS SELECT sha2(concat_ws('|', coalesce(a, '~'), coalesce(b, '~')), 256) AS row_key FROM raw;
