CREATE TEMPORARY VIEW newest AS
SELECT id, struct(changed_on, id, Changed_On) AS _sequence
FROM VALUES (1, '2024-01-01') AS rows(id, changed_on);

CREATE OR REFRESH MATERIALIZED VIEW nested AS
SELECT array(named_struct('Größe', 1, 'größe', 2)) AS sizes, struct(1 AS a, 2 AS b) AS fine;
