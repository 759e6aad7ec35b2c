CREATE OR REFRESH STREAMING TABLE main.shop.orders AS SELECT id FROM STREAM raw;
CREATE OR REFRESH MATERIALIZED VIEW main.shop.counts AS SELECT count(*) AS n FROM main.shop.orders;
TRUNCATE TABLE shop.orders;
OPTIMIZE main.shop.counts;
