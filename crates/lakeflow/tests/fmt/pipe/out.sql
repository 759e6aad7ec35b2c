FROM orders
|> WHERE amount > 100
|> EXTEND amount * 0.2 AS tax
|> AGGREGATE sum(amount) AS total, count(*) AS number GROUP BY customer_id, region
|> JOIN customers USING (customer_id)
|> SELECT name, total
|> ORDER BY total DESC
|> LIMIT 10;

FROM orders
|> SELECT region, sum(amount) OVER w AS total, max(amount) OVER v AS highest
WINDOW w AS (PARTITION BY region ORDER BY day), v AS (PARTITION BY region)
|> WHERE total > 100;

FROM orders
|> EXTEND rank() OVER w AS place
WINDOW w AS (ORDER BY amount);
