CREATE OR REFRESH STREAMING TABLE rescued_log AS
SELECT lot, _rescued_data
FROM STREAM weights_raw
WHERE _rescued_data IS NOT NULL;
