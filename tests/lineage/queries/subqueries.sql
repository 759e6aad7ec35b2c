CREATE OR REFRESH MATERIALIZED VIEW subqueries_01 AS
SELECT n FROM (SELECT name AS n, email AS e FROM people) AS p;

CREATE OR REFRESH MATERIALIZED VIEW subqueries_02 AS
SELECT a.n, a.k FROM (SELECT name AS n, city AS k FROM people WHERE email IS NOT NULL) AS a;

CREATE OR REFRESH MATERIALIZED VIEW subqueries_03 AS
SELECT id, (SELECT max(day) FROM orders) AS last_day FROM people;

CREATE OR REFRESH MATERIALIZED VIEW subqueries_04 AS
SELECT id, (SELECT max(day) FROM orders AS o WHERE o.person_id = p.id) AS last_day FROM people AS p;

CREATE OR REFRESH MATERIALIZED VIEW subqueries_05 AS
SELECT id FROM people WHERE id IN (SELECT person_id FROM orders);

CREATE OR REFRESH MATERIALIZED VIEW subqueries_06 AS
SELECT name FROM people AS p WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.person_id = p.id);

CREATE OR REFRESH MATERIALIZED VIEW subqueries_07 AS
SELECT t.c, t.n FROM (SELECT city AS c, count(*) AS n FROM people GROUP BY city) AS t WHERE t.n > 1;

CREATE OR REFRESH MATERIALIZED VIEW subqueries_08 AS
SELECT x.y FROM (SELECT z AS y FROM (SELECT name AS z FROM people) AS a) AS x;

CREATE OR REFRESH MATERIALIZED VIEW subqueries_09 AS
SELECT * FROM (SELECT id, upper(name) AS n FROM people) AS p;
