CREATE POLICY hide ON CATALOG main
COLUMN MASK main.shop.hide
TO `account users` EXCEPT `etl`
FOR TABLES MATCH COLUMNS has_tag('personal') AS c ON COLUMN c;
