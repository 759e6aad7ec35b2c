create table identifier(:c || '.t')(a int, b string) using delta;
create view identifier(:v) as select 1;
