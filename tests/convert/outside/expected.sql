CREATE MATERIALIZED VIEW fine
AS
SELECT 1 AS a;

-- Not converted:
-- GRANT SELECT ON TABLE fine TO `readers`

-- Not converted:
-- CREATE FUNCTION f(x INT) RETURNS INT RETURN x + 1

-- Not converted:
-- SELECT * FROM fine

-- Not converted:
-- CREATE TABLE plain (a INT)

-- Not converted:
-- OPTIMIZE fine

-- Not converted:
-- CREATE MATERIALIZED VIEW wrong AS SELEC 1

-- Not converted:
-- CREATE STREAMING TABLE untyped (a, b) AS SELECT 1, 2

-- A block
-- before.
CREATE MATERIALIZED VIEW noted (
  a INT
)
AS
SELECT 1 AS a;

-- Not converted:
-- CREATE MATERIALIZED VIEW versions AS SELECT version FROM (DESCRIBE HISTORY live.fine)

-- Not converted:
-- CREATE MATERIALIZED VIEW newest AS WITH h AS (DESCRIBE HISTORY fine) SELECT max(version) AS version FROM h

CREATE MATERIALIZED VIEW named
AS
SELECT *
FROM `(DESCRIBE me)`;
