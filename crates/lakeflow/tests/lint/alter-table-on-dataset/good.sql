ALTER STREAMING TABLE main.shop.orders SET TAGS ('unit' = 'sales');
ALTER TABLE main.shop.staged_orders SET TAGS ('unit' = 'sales');
