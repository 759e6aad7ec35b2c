SELECT
  Left,
  t.`From`,
  left(a, 1),
  filter(b, x -> x > 0) AS Date
FROM Orders AS o
LEFT JOIN p USING (id)
