CREATE POLICY hide ON CATALOG main
COLUMN MASK main.shop.hide
TO `account users` EXCEPT `etl`
FOR TABLES MATCH COLUMNS has_tag('a') AS x, has_tag('b') AS y, has_tag('d') AS z, has_tag('e') AS c ON COLUMN c;
