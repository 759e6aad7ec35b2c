CREATE OR REFRESH STREAMING TABLE raw (CONSTRAINT enough EXPECT (coalesce(sum(quantity) > 0, FALSE))) AS
SELECT quantity FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'quantity INT');
