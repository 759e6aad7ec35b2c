-- Each refresh reads every file again.
CREATE OR REFRESH MATERIALIZED VIEW sales AS
SELECT amount FROM read_files('/Volumes/main/shop/sales', format => 'csv', schema => 'amount decimal(10,2)');
