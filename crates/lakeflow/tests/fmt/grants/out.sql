GRANT SELECT, MODIFY ON TABLE main.sales.orders TO `sales team`;
GRANT USE CATALOG ON CATALOG main TO analysts;
GRANT EXECUTE ON FUNCTION main.sales.mask_email TO `account users`;
REVOKE ALL PRIVILEGES ON SCHEMA main.sales FROM `former@example.com`;
GRANT SELECT ON TABLE a_catalog_with_a_long_name.a_schema_with_a_long_name.a_table_with_a_long_name TO `a principal with a very long name`;
SHOW GRANTS ON TABLE t;
SHOW GRANTS `me@x.com` ON SCHEMA s;
ALTER TABLE t OWNER TO `data-owners`;
ALTER SCHEMA s SET TAGS ('cost' = 'sales', 'tier' = '1');
ALTER TABLE t ALTER COLUMN email SET TAGS ('pii' = 'email');

GRANT USE SCHEMA, CREATE TABLE, CREATE MATERIALIZED VIEW
ON SCHEMA a_catalog_with_a_long_name.a_schema_with_a_long_name
TO loader;

ALTER STREAMING TABLE a_catalog_with_a_long_name.a_schema_with_a_long_name.a_table SET TAGS ('classification' = 'confidential');

ALTER STREAMING TABLE a_catalog_with_a_long_name.a_schema_with_a_long_name.a_table SET TAGS (
  'classification' = 'confidential',
  'cost' = 'sales',
  'tier' = '1'
);
