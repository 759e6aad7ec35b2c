select a,b from t;
-- fmt: off
insert into matrix values
  (1, 0, 0),
  (0, 1, 0),
  (0, 0, 1);
select   untouched;   select   too;
-- fmt: on
select a,b from t;
