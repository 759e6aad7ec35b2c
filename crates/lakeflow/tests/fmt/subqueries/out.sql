SELECT
  a,
  (SELECT max(b) FROM u WHERE u.id = t.id) AS latest,
  (
    SELECT count(*)
    FROM a_table_with_a_long_name AS counted
    WHERE counted.customer_id = t.customer_id AND counted.state = 'x'
  ) AS number
FROM (
  SELECT *
  FROM (SELECT id, customer_id, a FROM base WHERE a > 1) AS inner_one
  WHERE id > 5
) AS t
WHERE EXISTS (SELECT 1 FROM w) AND b IN (SELECT b FROM x);
