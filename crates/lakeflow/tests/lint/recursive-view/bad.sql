CREATE OR REFRESH MATERIALIZED VIEW chain AS
WITH RECURSIVE above AS (
  SELECT id, boss FROM people
  UNION ALL
  SELECT above.id, people.boss FROM above JOIN people ON above.boss = people.id
)
SELECT id, boss FROM above;
