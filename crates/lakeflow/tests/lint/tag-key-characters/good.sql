ALTER TABLE main.shop.people SET TAGS ('cost_center' = '7');
SET TAG ON TABLE main.shop.people cost_center = `7.5`;
UNSET TAG ON TABLE main.shop.people cost_center;
