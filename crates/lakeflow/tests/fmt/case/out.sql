SELECT
  CASE WHEN a THEN 1 ELSE 2 END,
  CASE status
    WHEN 'new' THEN 'open'
    WHEN 'paid' THEN 'open'
    WHEN 'sent' THEN 'closed'
    WHEN 'returned' THEN 'closed'
    ELSE 'unknown'
  END AS state,
  CASE
    WHEN amount > 1000 AND customer_segment IN ('gold', 'platinum') OR amount > 10000
      THEN 'large order of a good customer'
    WHEN amount > 1000 THEN CASE WHEN region = 'EU' THEN 'large, EU' ELSE 'large' END
    ELSE 'small'
  END AS size
FROM t;
