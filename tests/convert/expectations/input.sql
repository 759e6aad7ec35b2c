-- Orders that can be billed.
CREATE OR REFRESH STREAMING TABLE orders (
  order_id BIGINT NOT NULL,
  quantity INT,
  price DECIMAL(10,2),
  CONSTRAINT has_quantity EXPECT (quantity > 0) ON VIOLATION DROP ROW,
  CONSTRAINT `has price` EXPECT (price IS NOT NULL OR quantity = 0) ON VIOLATION FAIL UPDATE,
  CONSTRAINT cheap EXPECT (price < 1000)
)
AS SELECT order_id, quantity, price FROM STREAM raw_orders;

CREATE OR REFRESH MATERIALIZED VIEW totals (
  CONSTRAINT positive EXPECT (total >= 0) ON VIOLATION DROP ROW
)
AS
-- A day at a time.
SELECT day, sum(price) AS total FROM orders GROUP BY day;

-- Rows come from flows, so their queries are filtered.
CREATE OR REFRESH STREAMING TABLE events (CONSTRAINT has_kind EXPECT (kind <> '') ON VIOLATION DROP ROW);
CREATE FLOW web AS INSERT INTO events BY NAME SELECT * FROM STREAM web_events;

-- No filter reaches these.
CREATE OR REFRESH STREAMING TABLE customers (
  id BIGINT NOT NULL COMMENT 'key',
  CONSTRAINT has_name EXPECT (name IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT known EXPECT (id > 0) ON VIOLATION FAIL UPDATE
);
CREATE FLOW customers_flow AS AUTO CDC INTO customers FROM STREAM(customer_changes) KEYS (id) SEQUENCE BY ts;

CREATE OR REFRESH STREAMING TABLE waiting (CONSTRAINT ok EXPECT (a > 0) ON VIOLATION DROP ROW);

CREATE TEMPORARY VIEW good (CONSTRAINT ok EXPECT (a > 0) ON VIOLATION DROP ROW) AS SELECT a FROM t;

-- Only what the query has to give is looked at.
CREATE OR REFRESH STREAMING TABLE numbered (
  id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
  x INT NOT NULL,
  y INT DEFAULT 3 NOT NULL
)
AS SELECT x FROM STREAM s;
