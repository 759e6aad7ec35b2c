SET first_day = '2024-01-01';

SET spark.sql.session.timeZone = UTC;

SET pipelines.trigger.interval = 5 seconds;

-- ${landing} is given, ${nothing} is a comment.
CREATE STREAMING TABLE shop.bronze.orders
AS
SELECT *
FROM STREAM shop.raw.orders
WHERE day >= '2024-01-01';

CREATE MATERIALIZED VIEW v
AS
SELECT
  '/data/x' AS path,
  10 AS n,
  'north' AS region
FROM orders;

-- Not converted:
-- CREATE MATERIALIZED VIEW w AS SELECT ${nowhere} AS a, '${nowhere}' AS b FROM orders WHERE c = :nothing

-- Not converted:
-- CREATE MATERIALIZED VIEW x AS SELECT * FROM IDENTIFIER(:source) WHERE id = ?

SET base = /data/base;

SET dir = /data/base/10;

SET base = elsewhere;

-- Not converted:
-- SET broken = ${nowhere}/x

CREATE MATERIALIZED VIEW y
AS
SELECT
  '/data/base/10' AS dir,
  '/data/north' AS whole,
  10 AS n,
  '$limit' AS text
FROM shop.s.t;

-- Not converted:
-- CREATE MATERIALIZED VIEW z AS SELECT $nothing, '${broken}', '${round}' FROM orders
