-- The tills do not know each other.
WITH receipts AS (
  SELECT 'harbour' AS kiosk, printed_at, total, card FROM sales_harbour
  UNION ALL
  SELECT 'station', printed_at, total, card FROM sales_station
)

SELECT kiosk, CAST(printed_at AS DATE) AS day, count(*) AS receipts, count(card) AS cards, sum(total) AS total
FROM receipts
GROUP BY kiosk, CAST(printed_at AS DATE)
