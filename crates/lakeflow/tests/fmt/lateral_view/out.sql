SELECT
  id,
  tag,
  pos
FROM orders
LATERAL VIEW explode(tags) t AS tag
LATERAL VIEW OUTER posexplode(items) i AS pos, item
WHERE tag <> '';

SELECT
  o.id,
  e.col
FROM orders o, LATERAL explode(o.items) e;

SELECT *
FROM orders
LEFT JOIN LATERAL (
  SELECT max(at) AS at
  FROM events
  WHERE events.order_id = orders.id
) AS last ON TRUE;
