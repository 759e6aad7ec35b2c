-- Rentals count for the month in which they begin.
WITH begun AS (
  SELECT
    rentals.plate,
    CAST(date_trunc('MONTH', rentals.out_on) AS DATE) AS month,
    rentals.days,
    rentals.km,
    rentals.days * rentals.price_per_day AS income
  FROM rentals
)

SELECT
  begun.plate,
  begun.month,
  cars.class,
  count(*) AS rentals,
  sum(begun.days) AS days,
  sum(begun.income) AS income, -- in euros
  sum(begun.km) / sum(begun.days) AS km_per_day,
  max(begun.days) AS longest
FROM begun
LEFT JOIN cars ON cars.plate = begun.plate
GROUP BY ALL;
