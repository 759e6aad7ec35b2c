-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH MATERIALIZED VIEW shown AS
WITH sets AS (SELECT state, collect_set(email) AS contacts FROM people GROUP BY state)
SELECT state, size(contacts) AS n FROM sets;
