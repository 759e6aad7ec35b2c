CREATE FUNCTION main.shop.mask_name(name STRING) RETURNS STRING
RETURN CASE WHEN is_member('sales') THEN name END;
