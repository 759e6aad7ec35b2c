CREATE OR REFRESH STREAMING TABLE raw (CONSTRAINT positive EXPECT (quantity > 0) ON VIOLATION DROP ROW) AS
SELECT quantity FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'quantity INT');
