-- A script of a warehouse, with one view in it.
CREATE SCHEMA IF NOT EXISTS s;
CREATE TABLE s.events (id INT, kind STRING);
INSERT INTO s.events VALUES (1, 'a');
CREATE VIEW s.kinds AS SELECT kind FROM s.events;
GRANT SELECT ON VIEW s.kinds TO `analysts`;
SELECT * FROM s.kinds;
