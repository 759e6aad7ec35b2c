SELECT
  a,
  b
FROM t;

-- fmt: off
insert into matrix values
  (1, 0, 0),
  (0, 1, 0),
  (0, 0, 1);
select   untouched;   select   too;

-- fmt: on
SELECT
  a,
  b
FROM t;
