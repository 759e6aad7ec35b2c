CREATE MATERIALIZED VIEW a
AS
SELECT 1 AS x;

-- Not converted:
-- -- MAGIC %python
-- -- MAGIC rows = spark.table("a")
-- -- MAGIC print(f"{rows}")

CREATE MATERIALIZED VIEW b
AS
SELECT x
FROM a;

-- Not converted:
-- -- MAGIC %run ./other
