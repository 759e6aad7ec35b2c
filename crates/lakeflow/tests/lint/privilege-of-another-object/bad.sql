GRANT SELECT ON FUNCTION main.gov.mask_email TO `analysts`;
GRANT USE SCHEMA, SELECT ON TABLE main.sales.orders TO `analysts`;
REVOKE MODIFY ON VOLUME main.raw.files FROM `analysts`;
