-- The same names in several schemas are several tables, and none of them reads itself.
CREATE OR REFRESH STREAMING TABLE bronze.orders AS SELECT * FROM STREAM read_files('/in', format => 'json');
CREATE OR REFRESH STREAMING TABLE silver.orders AS SELECT id, amount FROM STREAM(bronze.orders);
CREATE OR REFRESH MATERIALIZED VIEW gold.orders AS SELECT id, sum(amount) AS total FROM silver.orders GROUP BY id;
CREATE OR REFRESH MATERIALIZED VIEW customers AS SELECT id, name FROM crm.raw.customers;
USE SCHEMA audit;
CREATE OR REFRESH MATERIALIZED VIEW orders AS SELECT count(*) AS n FROM gold.orders WHERE total > 0;
