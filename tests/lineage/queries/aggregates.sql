CREATE OR REFRESH MATERIALIZED VIEW aggregates_01 AS
SELECT count(*) AS n FROM people;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_02 AS
SELECT city, count(*) AS n FROM people GROUP BY city;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_03 AS
SELECT category, sum(price) AS total, avg(price) AS mean FROM products GROUP BY category;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_04 AS
SELECT min(born) AS eldest, max(born) AS youngest FROM people;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_05 AS
SELECT city, count(DISTINCT email) AS mails FROM people GROUP BY ALL;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_06 AS
SELECT upper(city) AS c, max(name) AS last FROM people GROUP BY upper(city);

CREATE OR REFRESH MATERIALIZED VIEW aggregates_07 AS
SELECT status, sum(quantity) AS n FROM orders GROUP BY status HAVING sum(quantity) > 10;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_08 AS
SELECT sum(o.quantity * q.price) AS revenue FROM orders AS o JOIN products AS q ON q.product_id = o.product_id;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_09 AS
SELECT collect_set(city) AS cities FROM people;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_10 AS
SELECT sum(CASE WHEN status = 'open' THEN quantity ELSE 0 END) AS n FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_11 AS
SELECT max_by(name, born) AS youngest FROM people;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_12 AS
SELECT count(*) FILTER (WHERE status = 'open') AS n FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_13 AS
SELECT sum(quantity) FILTER (WHERE status = 'open') AS n FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_14 AS
SELECT city, first(name) AS one FROM people GROUP BY 1;

CREATE OR REFRESH MATERIALIZED VIEW aggregates_15 AS
SELECT date_trunc('MONTH', day) AS month, sum(quantity) AS n FROM orders GROUP BY date_trunc('MONTH', day);
