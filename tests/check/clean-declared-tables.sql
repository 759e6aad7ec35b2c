-- What a pipeline reads and does not define may be declared beside it.
CREATE TABLE main.shop.orders (id BIGINT, amount DECIMAL(10,2));
CREATE TABLE main.shop.rates AS SELECT * FROM elsewhere;
CREATE OR REFRESH MATERIALIZED VIEW totals AS
SELECT id, sum(amount) AS total FROM main.shop.orders GROUP BY id;
CREATE OR REFRESH MATERIALIZED VIEW converted AS SELECT o.id, r.rate FROM main.shop.orders AS o JOIN main.shop.rates AS r ON o.id = r.id;
