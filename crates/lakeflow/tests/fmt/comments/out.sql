-- what this file is for

/* a block
   of several lines */
SELECT
  a, -- behind an item
  -- before an item
  b /* inside */ AS c, /* before a name */
  d,
  e -- behind the last
FROM t -- behind a table
-- before a clause
WHERE a = 1 -- first condition
  AND b = 2 -- second condition
  -- before a condition
  OR c IN (
    1, -- one
    2 -- two
    -- before the bracket
  )
-- before the semicolon
; -- behind the semicolon

-- between statements

-- apart
SELECT 1; -- one
SELECT 2 /* two */;

CREATE TABLE t ( -- behind a bracket
  a INT, -- a number
  -- about b
  b STRING -- a text
) -- behind the list
COMMENT 'x' -- behind a clause
-- before as
AS -- behind as
SELECT 1;

SELECT f(
  a, -- first argument
  b
);

SELECT CASE
  WHEN a THEN 1 -- one
  ELSE 2
END;
-- the end
