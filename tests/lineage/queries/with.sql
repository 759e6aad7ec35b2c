CREATE OR REFRESH MATERIALIZED VIEW with_01 AS
WITH a AS (SELECT id, name FROM people) SELECT name FROM a;

CREATE OR REFRESH MATERIALIZED VIEW with_02 AS
WITH a AS (SELECT id, name FROM people), b AS (SELECT id, upper(name) AS n FROM a) SELECT n FROM b;

CREATE OR REFRESH MATERIALIZED VIEW with_03 AS
WITH a AS (SELECT * FROM people) SELECT * EXCEPT (tags, home, marks) FROM a;

CREATE OR REFRESH MATERIALIZED VIEW with_04 AS
WITH a (x, y) AS (SELECT id, city FROM people) SELECT y FROM a;

CREATE OR REFRESH MATERIALIZED VIEW with_05 AS
WITH spent AS (SELECT person_id, sum(quantity) AS n FROM orders GROUP BY person_id) SELECT p.name, s.n FROM people AS p LEFT JOIN spent AS s ON s.person_id = p.id;

CREATE OR REFRESH MATERIALIZED VIEW with_06 AS
WITH m AS (SELECT category, sum(price) AS s, count(*) AS n FROM products GROUP BY category) SELECT category, s / n AS mean FROM m;

CREATE OR REFRESH MATERIALIZED VIEW with_07 AS
WITH a AS (SELECT id FROM people), b AS (SELECT order_id FROM orders) SELECT a.id, b.order_id FROM a CROSS JOIN b;

CREATE OR REFRESH MATERIALIZED VIEW with_08 AS
WITH r AS (SELECT *, row_number() OVER (PARTITION BY person_id ORDER BY day DESC) AS n FROM orders) SELECT order_id, status FROM r WHERE n = 1;

CREATE OR REFRESH MATERIALIZED VIEW with_09 AS
WITH a AS (SELECT name AS v FROM people), b AS (SELECT v AS w FROM a), c AS (SELECT w AS x FROM b) SELECT concat(x, x) AS y FROM c;
