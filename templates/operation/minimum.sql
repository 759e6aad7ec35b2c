{{ header }}
SELECT assert_true(count(*) >= {{ rows }}, {{ message }}) AS has_enough_rows
FROM {{ raw }};
