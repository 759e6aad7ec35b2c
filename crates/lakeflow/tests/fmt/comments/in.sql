-- what this file is for

/* a block
   of several lines */
select a, -- behind an item
  -- before an item
  b /* inside */ as c, /* before a name */ d
  , e -- behind the last
from t -- behind a table
-- before a clause
where a = 1 -- first condition
  and b = 2 -- second condition
  -- before a condition
  or c in (1, -- one
    2 -- two
    -- before the bracket
  )
-- before the semicolon
; -- behind the semicolon
-- between statements

-- apart
select 1; -- one
select 2 /* two */;
create table t ( -- behind a bracket
  a int, -- a number
  -- about b
  b string -- a text
) -- behind the list
comment 'x' -- behind a clause
-- before as
as -- behind as
select 1;
select f(a, -- first argument
  b);
select case when a then 1 -- one
  else 2 end;
-- the end
