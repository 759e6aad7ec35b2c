CREATE OR REFRESH STREAMING TABLE people;

CREATE FLOW people_changes AS AUTO CDC INTO people
FROM STREAM(shop.crm.people_feed)
KEYS (id)
SEQUENCE BY changed_at;
