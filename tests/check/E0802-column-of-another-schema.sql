CREATE OR REFRESH STREAMING TABLE bronze.orders AS
SELECT * FROM STREAM read_files('/in', format => 'json', schema => 'id STRING, amount STRING');
CREATE OR REFRESH STREAMING TABLE silver.orders AS SELECT id, cast(amount AS INT) AS cents FROM STREAM bronze.orders;
CREATE OR REFRESH MATERIALIZED VIEW gold.orders AS SELECT id, sum(amount) AS total FROM silver.orders GROUP BY id;
