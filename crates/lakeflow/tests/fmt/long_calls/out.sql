SELECT
  coalesce(
    nullif(trim(upper(first_name_as_delivered)), ''),
    nullif(trim(upper(second_name_as_delivered)), ''),
    'unknown'
  ) AS name,
  named_struct(
    'street', street, 'city', city, 'postal_code', postal_code, 'country_code', country_code,
    'state', state
  ) AS address,
  price * quantity * (1 - discount_percentage / 100)
    + shipping_costs_before_tax * (1 + tax_rate_of_country) AS total_amount,
  'a' || b || 'c',
  date_trunc('MONTH', cast(ordered_at AS TIMESTAMP)) AS month
FROM read_files(
  '/Volumes/main/raw/orders',
  format => 'csv',
  header => true,
  schema => 'a int, b string'
)
WHERE to_date(ordered_at) >= date_sub(current_date(), 30);
