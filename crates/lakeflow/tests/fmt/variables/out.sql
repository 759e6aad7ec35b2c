DECLARE OR REPLACE VARIABLE x INT DEFAULT 5;
SET VARIABLE x = (SELECT max(a) FROM t);
SET VAR (a, b) = (SELECT 1, 2);
EXECUTE IMMEDIATE 'select ?' USING 1;
set timezone = 'UTC';
set spark.sql.ansi.enabled =  true;
