ALTER TABLE main.shop.people SET TAGS ('unit' = 'sales', 'note' = '', 'pii');
SET TAG ON COLUMN main.shop.people.name `pii` = `first name`;
CREATE GOVERNED TAG unit DESCRIPTION ' who pays ' VALUES ('sales', 'support');
