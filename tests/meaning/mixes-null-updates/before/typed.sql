CREATE TEMPORARY VIEW orders_typed AS
WITH typed AS (
  SELECT
    id,
    customer,
    try_cast(amount AS DECIMAL(10,2)) AS amount,
    lower(trim(state)) AS state,
    file
  FROM STREAM orders_raw
)
SELECT id, customer, amount, state, struct(file, id, customer, amount, state) AS _sequence
FROM typed;
