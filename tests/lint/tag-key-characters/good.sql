ALTER TABLE main.shop.people SET TAGS ('cost_center' = '7');
