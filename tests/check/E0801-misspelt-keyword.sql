-- A keyword is misspelt.
CREATE OR REFRESH STREAMNG TABLE orders AS SELECT 1 AS a FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'a INT');
