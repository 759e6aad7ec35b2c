TRUNCATE TABLE main.shop.staged_orders;
DELETE FROM main.shop.staged_orders WHERE id IS NULL;
OPTIMIZE main.shop.staged_orders;
