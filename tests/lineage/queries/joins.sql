CREATE OR REFRESH MATERIALIZED VIEW joins_01 AS
SELECT p.name, o.day FROM people AS p JOIN orders AS o ON p.id = o.person_id;

CREATE OR REFRESH MATERIALIZED VIEW joins_02 AS
SELECT p.name, o.day FROM people AS p LEFT JOIN orders AS o ON p.id = o.person_id;

CREATE OR REFRESH MATERIALIZED VIEW joins_03 AS
SELECT p.name, o.day FROM people AS p RIGHT JOIN orders AS o ON p.id = o.person_id;

CREATE OR REFRESH MATERIALIZED VIEW joins_04 AS
SELECT p.name, o.day FROM people AS p FULL JOIN orders AS o ON p.id = o.person_id;

CREATE OR REFRESH MATERIALIZED VIEW joins_05 AS
SELECT p.name, q.title FROM people AS p CROSS JOIN products AS q;

CREATE OR REFRESH MATERIALIZED VIEW joins_06 AS
SELECT name, title FROM people, products;

CREATE OR REFRESH MATERIALIZED VIEW joins_07 AS
SELECT o.quantity * q.price AS amount FROM orders AS o JOIN products AS q ON q.product_id = o.product_id;

CREATE OR REFRESH MATERIALIZED VIEW joins_08 AS
SELECT o.order_id, title FROM orders AS o JOIN products USING (product_id);

CREATE OR REFRESH MATERIALIZED VIEW joins_09 AS
SELECT p.name FROM people AS p LEFT SEMI JOIN orders AS o ON o.person_id = p.id;

CREATE OR REFRESH MATERIALIZED VIEW joins_10 AS
SELECT p.name FROM people AS p LEFT ANTI JOIN orders AS o ON o.person_id = p.id;

CREATE OR REFRESH MATERIALIZED VIEW joins_11 AS
SELECT a.title, b.title AS parent FROM products AS a LEFT JOIN products AS b ON b.product_id = a.parent_id;

CREATE OR REFRESH MATERIALIZED VIEW joins_12 AS
SELECT p.name, q.category, o.day FROM orders AS o JOIN people AS p ON p.id = o.person_id JOIN products AS q ON q.product_id = o.product_id;

CREATE OR REFRESH MATERIALIZED VIEW joins_13 AS
SELECT concat(p.name, q.title) AS pair FROM orders AS o JOIN people AS p ON p.id = o.person_id JOIN products AS q ON q.product_id = o.product_id;
