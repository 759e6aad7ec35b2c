-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH STREAMING TABLE kept (
  CONSTRAINT insiders EXPECT (coalesce(email LIKE '%@example.com', FALSE)) ON VIOLATION DROP ROW
) AS SELECT id, email FROM STREAM people;

CREATE OR REFRESH MATERIALIZED VIEW shown AS SELECT id FROM kept;
