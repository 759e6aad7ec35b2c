ALTER STREAMING TABLE main.shop.people ALTER COLUMN name SET MASK main.shop.hide;
