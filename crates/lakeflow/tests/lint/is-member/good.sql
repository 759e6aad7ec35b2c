CREATE FUNCTION main.shop.mask_name(name STRING) RETURNS STRING
RETURN CASE WHEN is_account_group_member('sales') THEN name END;
