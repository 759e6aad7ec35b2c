CREATE TABLE identifier(:c || '.t') (
  a INT,
  b STRING
)
USING delta;

CREATE VIEW identifier(:v)
AS
SELECT 1;
