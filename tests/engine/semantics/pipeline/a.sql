-- Rules that engines differ in, row by row.
CREATE OR REFRESH MATERIALIZED VIEW numbers AS
SELECT
  7 / 2 AS quotient,
  CAST(100 AS DECIMAL(18,2)) / CAST(3 AS BIGINT) AS exact_quotient,
  CAST(CAST(100 AS DECIMAL(18,2)) / CAST(3 AS BIGINT) AS DECIMAL(18,2)) AS cents,
  round(CAST(-0.125 AS DECIMAL(4,3)), 2) AS away_from_zero,
  try_divide(CAST(1 AS DECIMAL(18,2)), CAST(0 AS BIGINT)) AS by_zero,
  CAST(2147483647 AS BIGINT) + 1 AS no_overflow,
  1.10 + 2 AS decimal_sum;

CREATE OR REFRESH MATERIALIZED VIEW conversions AS
SELECT
  text,
  try_cast(text AS INT) AS as_int,
  try_cast(text AS DECIMAL(10,2)) AS as_decimal,
  try_cast(text AS DATE) AS as_date,
  try_cast(text AS TIMESTAMP) AS as_timestamp,
  try_cast(text AS DOUBLE) AS as_double,
  try_cast(text AS BOOLEAN) AS as_boolean
FROM VALUES
  (' 12 '), ('12.345'), ('-0.005'), ('1e2'), ('2024-02-29'), ('2023-02-29'), ('2024-1-5'),
  ('2024-01-05 10:11:12.5'), ('t'), ('yes'), (''), ('99999999999'), (NULL)
AS texts(text);

CREATE OR REFRESH MATERIALIZED VIEW nulls AS
SELECT
  label,
  a = b AS equal,
  a <=> b AS same,
  (a > b) IS NOT TRUE AS not_greater,
  a NOT IN (1, NULL) AS not_among,
  coalesce(a, b) AS first_value,
  nullif(a, b) AS unless_equal,
  concat(label, CAST(a AS STRING)) AS joined
FROM VALUES ('both', 1, 1), ('left', 1, NULL), ('right', NULL, 1), ('none', NULL, NULL), ('other', 2, 1)
AS pairs(label, a, b);

CREATE OR REFRESH MATERIALIZED VIEW anti AS
SELECT id FROM VALUES (1), (2) AS t(id)
WHERE id NOT IN (SELECT x FROM VALUES (1), (CAST(NULL AS INT)) AS u(x));

CREATE OR REFRESH MATERIALIZED VIEW lists AS
SELECT
  group_name,
  collect_set(value) AS as_set,
  size(collect_set(value)) AS set_size,
  array_sort(collect_set(value)) AS in_order,
  array_contains(collect_set(value), 'x') AS has_x,
  coalesce(max(value), 'none') AS greatest_value
FROM VALUES ('a', 'x'), ('a', 'x'), ('b', NULL), ('c', NULL), ('c', 'y') AS t(group_name, value)
GROUP BY group_name;

CREATE OR REFRESH MATERIALIZED VIEW nothing AS
SELECT
  count(*) AS row_count,
  sum(v) AS total,
  collect_set(v) AS as_set,
  coalesce(collect_list(v), CAST(array() AS ARRAY<INT>)) AS as_list,
  max_by(v, v) AS latest
FROM VALUES (1) AS t(v)
WHERE v > 1;

CREATE OR REFRESH MATERIALIZED VIEW periods AS
SELECT
  day,
  trunc(day, 'WEEK') AS week,
  trunc(day, 'MM') AS month,
  trunc(day, 'QUARTER') AS quarter,
  trunc(day, 'YEAR') AS year,
  CAST(date_trunc('WEEK', day) AS DATE) AS week_too,
  dense_rank() OVER (ORDER BY trunc(day, 'YEAR')) AS year_rank
FROM VALUES (DATE '2024-02-29'), (DATE '2024-12-30'), (DATE '2023-01-01'), (DATE '1969-12-31') AS t(day);

CREATE OR REFRESH MATERIALIZED VIEW newest AS
SELECT id, struct(at, tie).tie AS tie
FROM VALUES (1, 2, 'a'), (1, NULL, 'z'), (1, 2, NULL), (2, NULL, NULL) AS t(id, at, tie)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY struct(at, tie) DESC) = 1;

CREATE OR REFRESH MATERIALIZED VIEW patterns AS
SELECT
  text,
  text RLIKE '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\z' AS is_date,
  NOT text RLIKE '^[^@ ]+@[^@ ]+[.][^@ ]+$' AS no_mail,
  text LIKE 'a\\_%' AS starts_with_a_bar
FROM VALUES ('2024-01-05'), ('2024-01-05\n'), ('x@y.z'), ('a_b'), ('axb') AS t(text);
