FROM orders
|> WHERE amount > 100
|> EXTEND amount * 0.2 AS tax
|> AGGREGATE sum(amount) AS total, count(*) AS number GROUP BY customer_id, region
|> JOIN customers USING (customer_id)
|> SELECT name, total
|> ORDER BY total DESC
|> LIMIT 10;
