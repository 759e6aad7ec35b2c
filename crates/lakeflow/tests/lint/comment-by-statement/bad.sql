COMMENT ON MATERIALIZED VIEW main.shop.counts IS 'orders of a day';
ALTER STREAMING TABLE main.shop.orders ALTER COLUMN id COMMENT 'of the shop';

CREATE OR REFRESH STREAMING TABLE main.shop.orders AS SELECT id FROM STREAM raw;
COMMENT ON TABLE main.shop.orders IS 'orders';
COMMENT ON COLUMN main.shop.orders.id IS 'of the shop';
COMMENT ON COLUMN main.shop.old_orders.id IS 'of the old shop';
