ALTER TABLE main.shop.people SET TAGS ('cost.center' = '7');
SET TAG ON TABLE main.shop.people `cost.center` = `7`;
UNSET TAG ON TABLE main.shop.people `cost.center`;
