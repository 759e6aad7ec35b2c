CREATE POLICY hide ON CATALOG main
COLUMN MASK main.shop.hide
TO `g1`, `g2`, `g3`, `g4`, `g5`, `g6`, `g7`, `g8`, `g9`, `g10`, `g11`, `g12`, `g13`, `g14`, `g15`, `g16`, `g17`, `g18`, `g19` EXCEPT `etl`
FOR TABLES MATCH COLUMNS has_tag('a') AS c ON COLUMN c;
