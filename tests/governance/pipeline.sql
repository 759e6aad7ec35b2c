CREATE OR REFRESH STREAMING TABLE people (
  id STRING,
  email STRING MASK mask_email,
  born_on DATE MASK mask_birth_date
)
WITH ROW FILTER row_filter_people ON (id)
AS SELECT id, email, try_cast(born_on AS DATE) AS born_on
FROM STREAM read_files('${landing}/people*.csv', format => 'csv', schema => 'id STRING, email STRING, born_on STRING');

CREATE OR REFRESH MATERIALIZED VIEW counts AS SELECT count(*) AS people FROM people;
