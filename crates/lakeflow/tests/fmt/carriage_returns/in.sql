select a, b from t where x; -- one

create view v as
select 1;
