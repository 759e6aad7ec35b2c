ALTER TABLE main.shop.people SET TAGS ('cost.center' = '7');
