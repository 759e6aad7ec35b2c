-- Orders that can be billed.
CREATE STREAMING TABLE orders (
  order_id BIGINT,
  quantity INT,
  price DECIMAL(10,2)
)
AS
SELECT *
FROM (SELECT order_id, quantity, price FROM STREAM raw_orders) AS unchecked
WHERE (quantity > 0)
  AND CASE
    WHEN order_id IS NOT NULL THEN TRUE
    ELSE CAST(raise_error('order_id must not be NULL') AS BOOLEAN)
  END
  AND CASE
    WHEN (price IS NOT NULL OR quantity = 0) THEN TRUE
    ELSE CAST(raise_error('expectation `has price` is broken') AS BOOLEAN)
  END;

CREATE MATERIALIZED VIEW totals
AS
SELECT *
FROM (
  -- A day at a time.
  SELECT
    day,
    sum(price) AS total
  FROM orders
  GROUP BY day
) AS unchecked
WHERE (total >= 0);

-- Rows come from flows, so their queries are filtered.
CREATE STREAMING TABLE events;

CREATE FLOW web AS INSERT INTO events BY NAME
SELECT *
FROM (SELECT * FROM STREAM web_events) AS unchecked
WHERE (kind <> '');

-- No filter reaches these.
CREATE STREAMING TABLE customers;

CREATE FLOW customers_flow AS AUTO CDC INTO customers
FROM STREAM(customer_changes)
KEYS (id)
SEQUENCE BY ts;

CREATE STREAMING TABLE waiting;

CREATE TEMPORARY VIEW good
AS
SELECT *
FROM (SELECT a FROM t) AS unchecked
WHERE (a > 0);

-- Only what the query has to give is looked at.
CREATE STREAMING TABLE numbered (
  id BIGINT,
  x INT,
  y INT
)
AS
SELECT *
FROM (SELECT x FROM STREAM s) AS unchecked
WHERE CASE WHEN x IS NOT NULL THEN TRUE ELSE CAST(raise_error('x must not be NULL') AS BOOLEAN) END;
