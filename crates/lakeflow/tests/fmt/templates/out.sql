CREATE OR REFRESH STREAMING TABLE ${catalog}.${schema}.orders
AS
SELECT
  *,
  '${env}' AS env
FROM STREAM {{source}}
WHERE day >= DATE '{{first_day}}' AND region = ${region} AND x = :x AND y = {{ key }};

USE CATALOG ${catalog};
set spark.x = ${value};
USE SCHEMA identifier(:schema);
