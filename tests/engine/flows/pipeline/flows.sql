CREATE OR REFRESH STREAMING TABLE Events (`Id` INT, Source STRING NOT NULL, Missing DOUBLE);

CREATE FLOW from_a AS INSERT INTO Events BY NAME
SELECT CAST(id AS INT) AS ID, 'a' AS source
FROM STREAM read_files('${landing}/a.csv', format => 'csv', schema => 'id STRING', header => true);

CREATE FLOW from_b AS INSERT INTO events BY NAME
SELECT 'b' AS Source, CAST(id AS INT) AS id
FROM STREAM read_files('${landing}/b', format => 'csv', schema => 'id STRING', header => true, sep => ';');

CREATE OR REFRESH PRIVATE MATERIALIZED VIEW hidden AS SELECT ID, source AS `from` FROM EVENTS WHERE Id > 1;

CREATE VIEW shown AS SELECT h.Id, upper(h.`from`) AS Origin, (SELECT count(*) FROM hidden) AS AllRows FROM hidden h;
