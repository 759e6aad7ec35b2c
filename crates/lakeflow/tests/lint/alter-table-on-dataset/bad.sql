CREATE OR REFRESH STREAMING TABLE main.shop.orders AS SELECT id FROM STREAM raw;
ALTER TABLE main.shop.orders SET TAGS ('unit' = 'sales');
