CREATE OR REPLACE TEMPORARY VIEW pairs
COMMENT 'two'
AS
SELECT *
FROM (SELECT 1, 2) AS renamed(a, `b c`);

CREATE VIEW c.s.published
COMMENT 'shown'
TBLPROPERTIES (
  'k' = 'v'
)
AS
SELECT *
FROM (SELECT x, count(*) FROM t GROUP BY x) AS renamed(a, b);

CREATE TEMPORARY VIEW everywhere
AS
SELECT 1 AS a;

CREATE TEMPORARY VIEW streamed
AS
SELECT *
FROM (
  SELECT *
  FROM (SELECT a.b FROM STREAM t WITH (skipChangeCommits = true) AS a) AS renamed(id)
) AS unchecked
WHERE CASE WHEN (id > 0) THEN TRUE ELSE CAST(raise_error('expectation ok is broken') AS BOOLEAN) END;

-- Not converted:
-- CREATE OR REPLACE VIEW metrics WITH METRICS LANGUAGE YAML AS $${version: 1.1, source: t, measures: [{name: n, expr: count(*)}]}$$
