SELECT
  transform(items, x -> x.price * x.quantity) AS totals,
  aggregate(
    items,
    cast(0 AS DECIMAL(18,2)),
    (sum, x) -> sum + x.price * x.quantity,
    sum -> round(sum, 2)
  ) AS total,
  filter(map_entries(attributes), entry -> entry.key LIKE 'a%' AND entry.value IS NOT NULL) AS kept,
  raw:order.items[0].price::DECIMAL(10,2),
  raw:`odd key`?::INT,
  map_from_arrays(array('a', 'b'), array(1, 2))['a']
FROM t;
