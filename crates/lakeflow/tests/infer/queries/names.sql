SELECT order_id, quantity * price AS amount FROM orders;
SELECT * FROM orderz;
SELECT o.order_id, c.nam FROM orders o JOIN customers c ON o.customer_id = c.customer_id;
SELECT order_date FROM orders JOIN customers USING (customer_id);
SELECT customer_id, name FROM orders JOIN customers USING (customer_id);
SELECT * EXCEPT (address, payload, lines, attributes, tags, placed_at) FROM orders JOIN customers USING (customer_id);
SELECT * FROM orders JOIN customers USING (state);
SELECT main.shop.orders.order_id, orders.status, shop.orders.paid FROM main.shop.orders;
SELECT orders.order_id FROM orders o;
SELECT s.a FROM (SELECT order_id AS a FROM orders) AS s;
SELECT s.b FROM (SELECT order_id AS a FROM orders) AS s;
WITH paid AS (SELECT * FROM orders WHERE paid), n(total) AS (SELECT count(*) FROM paid) SELECT total FROM n;
WITH n(a, b) AS (SELECT 1) SELECT a FROM n;
SELECT quantity + 1 AS a, a * 2 AS b FROM orders WHERE a > 1;
SELECT address.* EXCEPT (geo), address.geo.lat FROM orders;
SELECT status.* FROM orders;
SELECT * EXCEPT (nam) FROM customers;
SELECT (SELECT max(quantity) FROM orders o WHERE o.customer_id = c.customer_id) AS most FROM customers c;
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_idd);
SELECT (SELECT order_id, status FROM orders) AS x;
SELECT order_id FROM orders WHERE customer_id IN (SELECT customer_id, name FROM customers);
SELECT shop.mask_name(name), shop.mask_nam(name), shop.mask_name(1, 2) FROM customers;
SELECT `straße`, `straße` || 'ö' AS `ö`, `ärger` FROM orders;
SELECT *
FROM orders
WHERE order_id = 'ä' AND quantty > 0
ORDER BY statuss;
SELECT x FROM (SELECT order_id AS x, status AS x FROM orders);
SELECT name FROM customers ORDER BY 2;
SELECT count(*), sum(price) FILTER (WHERE paid) + 1 FROM orders;
SELECT IDENTIFIER('f')(name, statee) AS x, IDENTIFIER(:g)(1) FROM customers;
