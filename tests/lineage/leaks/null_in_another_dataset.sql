-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH MATERIALIZED VIEW hidden AS SELECT id, nullif(email, 'ada@example.com') AS contact FROM people;
CREATE OR REFRESH MATERIALIZED VIEW shown AS SELECT id, contact IS NULL AS is_ada FROM hidden;
