-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH STREAMING TABLE hidden (contact STRING);
CREATE FLOW people_in AS INSERT INTO hidden BY NAME SELECT email AS contact FROM STREAM people;
CREATE FLOW ada_in AS INSERT INTO hidden BY NAME SELECT concat('ada', '@example.com') AS contact FROM STREAM people;
CREATE OR REFRESH MATERIALIZED VIEW shown AS SELECT count(DISTINCT contact) AS n FROM hidden;
