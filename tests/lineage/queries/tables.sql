-- The tables that the queries beside this file read.
CREATE OR REFRESH STREAMING TABLE people AS
SELECT * FROM STREAM read_files('/in/people*.json', format => 'json', schema => 'id BIGINT, name STRING, email STRING, city STRING, born DATE, tags ARRAY<STRING>, home STRUCT<street: STRING, zip: STRING>, marks MAP<STRING, STRING>');
CREATE OR REFRESH STREAMING TABLE orders AS
SELECT * FROM STREAM read_files('/in/orders*.json', format => 'json', schema => 'order_id BIGINT, person_id BIGINT, product_id BIGINT, day DATE, quantity INT, status STRING');
CREATE OR REFRESH STREAMING TABLE products AS
SELECT * FROM STREAM read_files('/in/products*.json', format => 'json', schema => 'product_id BIGINT, title STRING, category STRING, price DECIMAL(10,2), parent_id BIGINT');
