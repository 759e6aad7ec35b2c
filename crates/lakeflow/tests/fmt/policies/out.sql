CREATE OR REPLACE POLICY hide_email ON SCHEMA main.sales
COMMENT 'Mail addresses are for marketing'
COLUMN MASK main.gov.mask_email
TO `account users`
EXCEPT marketing, `data stewards`
FOR TABLES
WHEN has_tag('personal')
MATCH COLUMNS has_tag_value('pii', 'email') AS email
ON COLUMN email
USING COLUMNS ('EU');

CREATE POLICY own_region ON CATALOG main
ROW FILTER main.gov.in_region
TO analysts
FOR TABLES
MATCH COLUMNS has_tag('region') AS region
USING COLUMNS (region);

DROP POLICY hide_email ON SCHEMA main.sales;
ALTER TABLE t SET ROW FILTER main.gov.in_region ON (region);
ALTER TABLE t ALTER COLUMN email SET MASK mask_email USING COLUMNS (region);
ALTER TABLE t ALTER COLUMN email DROP MASK;
