CREATE OR REPLACE FUNCTION c.s.mask_email(value STRING) RETURNS STRING RETURN '***';
CREATE OR REPLACE FUNCTION c.s.mask_birth_date(value DATE) RETURNS DATE RETURN CAST(NULL AS DATE);
CREATE OR REPLACE FUNCTION c.s.row_filter_people(id STRING) RETURNS BOOLEAN RETURN id = 'x';
GRANT SELECT ON TABLE c.s.persons TO `staff`;
REVOKE SELECT ON VIEW c.s.counts FROM `staff`;
GRANT EXECUTE ON FUNCTION c.s.mask_phone TO `staff`;
ALTER MATERIALIZED VIEW c.s.people SET TAGS ('classification' = 'internal');
ALTER STREAMING TABLE c.s.people ALTER COLUMN mail SET TAGS ('pii' = 'email');
CREATE OR REPLACE POLICY p ON SCHEMA c.s COLUMN MASK c.s.mask_phone TO `account users` FOR TABLES
MATCH COLUMNS has_tag_value('pii', 'phone') AS personal ON COLUMN personal;
CREATE OR REFRESH MATERIALIZED VIEW more AS SELECT 1 AS one;
