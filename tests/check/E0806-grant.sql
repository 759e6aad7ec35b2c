CREATE OR REFRESH PRIVATE STREAMING TABLE orders AS
SELECT id FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'id STRING');
GRANT SELECT ON TABLE orders TO `sales-team`;
