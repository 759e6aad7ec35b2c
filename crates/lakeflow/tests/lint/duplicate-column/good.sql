CREATE OR REFRESH MATERIALIZED VIEW sales AS
SELECT day, amount AS total, tax AS total_tax FROM orders;
