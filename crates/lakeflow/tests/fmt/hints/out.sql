SELECT /*+ broadcast(c), repartition(8, o.day) */
  o.id,
  c.name
FROM orders o
JOIN customers c ON c.id = o.customer_id;

SELECT /*+ COALESCE(3) */ DISTINCT a
FROM t;
