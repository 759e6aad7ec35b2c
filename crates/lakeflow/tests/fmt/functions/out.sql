CREATE OR REPLACE FUNCTION main.gov.mask_email(
  email STRING,
  region STRING DEFAULT 'EU' COMMENT 'Where the customer lives'
)
RETURNS STRING
LANGUAGE SQL
DETERMINISTIC
CONTAINS SQL
COMMENT 'Shows mail addresses to marketing'
RETURN CASE
  WHEN is_account_group_member('marketing') THEN email
  WHEN is_account_group_member('support') AND region = 'EU'
    THEN regexp_replace(email, '^[^@]+', '***')
  ELSE NULL
END;

CREATE TEMPORARY FUNCTION twice(x INT)
RETURNS INT
RETURN x * 2;

CREATE FUNCTION t(a INT)
RETURNS TABLE (b INT, c STRING)
RETURN
SELECT
  b,
  c
FROM u
WHERE u.a = t.a;

CREATE FUNCTION py(s STRING)
RETURNS STRING
LANGUAGE PYTHON
AS $$
def f(s):
    return   s.upper()
return f(s)
$$;

CREATE OR REPLACE PROCEDURE p(x INT, INOUT y STRING DEFAULT 'a')
LANGUAGE SQL
SQL SECURITY INVOKER
AS
BEGIN
  DECLARE n INT DEFAULT 0;
  SET n = x + 1;
  IF n > 1 THEN
    SET y = 'b';
  END IF;
END;
