SELECT *
FROM orders o
JOIN customers c ON c.customer_id = o.customer_id
  AND c.valid_from <= o.ordered_at
  AND (c.valid_to > o.ordered_at OR c.valid_to IS NULL)
WHERE (
  o.status = 'paid'
  OR o.status = 'sent'
  OR (o.status = 'new' AND o.amount > 100 AND o.created_at > current_date() - INTERVAL 30 DAYS)
)
  AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.order_id)
  AND o.amount BETWEEN 10 AND 20
  AND o.note NOT LIKE '%test%';
