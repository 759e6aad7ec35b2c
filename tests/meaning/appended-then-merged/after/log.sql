CREATE OR REFRESH STREAMING TABLE order_log;

CREATE FLOW order_log_changes AS AUTO CDC INTO order_log
FROM STREAM(orders_typed)
KEYS (id)
SEQUENCE BY _sequence
COLUMNS (id, amount, state);
