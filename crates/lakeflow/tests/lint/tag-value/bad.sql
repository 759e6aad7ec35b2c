ALTER TABLE main.shop.people SET TAGS ('unit' = ' sales', 'pii' = 'name ');
SET TAG ON COLUMN main.shop.people.name `pii` = ` name `;
CREATE GOVERNED TAG unit VALUES ('sales ', 'support');
