CREATE OR REFRESH MATERIALIZED VIEW chain AS
WITH above AS (SELECT id, boss FROM people)
SELECT above.id, people.boss FROM above JOIN people ON above.boss = people.id;
