SELECT *
FROM t
WHERE state IN (
  'AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'FL', 'GA', 'HI', 'ID', 'IL', 'IN', 'IA', 'KS',
  'KY', 'LA'
)
  AND (a, b) IN ((1, 2), (3, 4))
  AND id NOT IN (
    SELECT order_id
    FROM cancelled
    WHERE cancelled_at BETWEEN '2024-01-01' AND '2024-12-31' AND reason IS NOT NULL
  );
