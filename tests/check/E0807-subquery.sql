CREATE OR REFRESH STREAMING TABLE raw (CONSTRAINT known EXPECT (quantity IN (SELECT 1)) ON VIOLATION FAIL UPDATE) AS
SELECT quantity FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'quantity INT');
