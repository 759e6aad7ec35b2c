CREATE OR REFRESH MATERIALIZED VIEW expressions_01 AS
SELECT concat(name, ' <', email, '>') AS address FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_02 AS
SELECT upper(trim(name)) AS n, length(email) AS l FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_03 AS
SELECT quantity * 2 AS double_quantity FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW expressions_04 AS
SELECT CASE WHEN status = 'open' THEN day END AS open_day FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW expressions_05 AS
SELECT CASE status WHEN 'open' THEN 1 ELSE quantity END AS n FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW expressions_06 AS
SELECT coalesce(name, email, 'nobody') AS who FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_07 AS
SELECT CAST(id AS STRING) AS t FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_08 AS
SELECT TRY_CAST(name AS INT) AS n FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_09 AS
SELECT name LIKE 'A%' AS starts FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_10 AS
SELECT email IS NULL AS missing FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_11 AS
SELECT born BETWEEN DATE'1990-01-01' AND DATE'1999-12-31' AS nineties FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_12 AS
SELECT city IN ('Bern', 'Basel') AS swiss FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_13 AS
SELECT if(quantity > 10, 'big', status) AS size FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW expressions_14 AS
SELECT nullif(status, '') AS s FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW expressions_15 AS
SELECT date_add(day, quantity) AS later FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW expressions_16 AS
SELECT year(born) AS y, month(born) AS m FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_17 AS
SELECT name || email AS both FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_18 AS
SELECT -quantity AS minus FROM orders;

CREATE OR REFRESH MATERIALIZED VIEW expressions_19 AS
SELECT substring(name, 1, 3) AS start FROM people;

CREATE OR REFRESH MATERIALIZED VIEW expressions_20 AS
SELECT regexp_extract(email, '@(.*)', 1) AS domain FROM people;
