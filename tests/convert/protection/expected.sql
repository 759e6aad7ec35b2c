CREATE STREAMING TABLE c.s.people (
  id BIGINT,
  email STRING COMMENT 'where to write to',
  country STRING
)
AS
SELECT *
FROM (SELECT * FROM STREAM c.s.people_raw) AS unchecked
WHERE CASE
  WHEN id IS NOT NULL THEN TRUE
  ELSE CAST(raise_error('id must not be NULL') AS BOOLEAN)
END;

CREATE MATERIALIZED VIEW staff (
  id BIGINT,
  pay DECIMAL(10,2)
)
AS
SELECT
  id,
  pay
FROM people;
