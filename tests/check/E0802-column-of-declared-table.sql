CREATE TABLE main.shop.orders (id BIGINT, amount DECIMAL(10,2));
CREATE OR REFRESH MATERIALIZED VIEW totals AS SELECT id, sum(amout) AS total FROM main.shop.orders GROUP BY id;
