COMMENT ON SCHEMA main.shop IS 'orders of a shop';
COMMENT ON TABLE main.shop.staged_orders IS 'as delivered';
COMMENT ON COLUMN main.shop.staged_orders.id IS 'of the shop';
ALTER STREAMING TABLE main.shop.orders SET TAGS ('unit' = 'sales');
