CREATE OR REPLACE FUNCTION c.s.mask_email(email STRING COMMENT 'value', state STRING DEFAULT 'CA')
RETURNS STRING LANGUAGE SQL DETERMINISTIC COMMENT 'masks'
RETURN CASE WHEN is_account_group_member('data-engineers') THEN email ELSE concat('***@', split_part(email, '@', 2)) END;
CREATE FUNCTION IF NOT EXISTS f() RETURNS BOOLEAN RETURN TRUE;
CREATE FUNCTION f(x MAP<STRING, INT>) RETURNS ARRAY<STRUCT<a: INT>> NOT DETERMINISTIC RETURN (SELECT max(a) FROM t);
CREATE OR REPLACE POLICY hide_email ON SCHEMA c.s COMMENT 'masks emails'
COLUMN MASK c.s.mask_email TO `account users` EXCEPT `data-engineers`, `marketing-team`
FOR TABLES WHEN has_tag_value('classification', 'confidential')
MATCH COLUMNS has_tag_value('pii', 'email') AS e, has_tag('region') r
ON COLUMN e USING COLUMNS (r, 'x');
CREATE POLICY p ON TABLE c.s.t ROW FILTER c.s.f TO g FOR TABLES MATCH COLUMNS has_tag('region') AS r USING COLUMNS (r);
CREATE POLICY p ON CATALOG c ROW FILTER f TO g FOR TABLES;
DROP POLICY p ON SCHEMA c.s;
CREATE POLICY p ON CATALOG c COLUMN MASK f TO g FOR TABLES MATCH COLUMNS has_tag('pii') AS m ON COLUMN m USING COLUMNS (get_tag_value('level'), get_column_tag_value(m, 'pii'), m, 1);
CREATE POLICY use_models ON SCHEMA main.ml COMMENT 'released models' TO `analysts` GRANT EXECUTE FOR MODELS WHEN has_tag_value('state', 'released');
CREATE OR REPLACE POLICY use_models ON CATALOG main GRANT EXECUTE TO `analysts`, `apps` EXCEPT `trainees` FOR MODELS WHEN has_tag('released');
CREATE POLICY no_exports ON METASTORE TO `account users` DENY READ VOLUME FOR VOLUMES WHEN has_tag('secret');
CREATE POLICY mask_mail ON METASTORE COLUMN MASK main.gov.mask TO `account users` FOR TABLES MATCH COLUMNS has_tag('mail') AS m ON COLUMN m;
DROP POLICY mask_mail ON METASTORE;
DESCRIBE POLICY mask_mail ON METASTORE;
