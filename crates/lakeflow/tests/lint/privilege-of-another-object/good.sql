GRANT EXECUTE ON FUNCTION main.gov.mask_email TO `analysts`;
GRANT USE SCHEMA, SELECT ON SCHEMA main.sales TO `analysts`;
REVOKE WRITE VOLUME ON VOLUME main.raw.files FROM `analysts`;
GRANT SELECT ON FUNCTION hive_metastore.old.f TO `analysts`;
