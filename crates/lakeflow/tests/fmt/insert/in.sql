insert into t values (1, 'a', null), (2, 'b', true);
insert into t (id, name) select id, name from u where id not in (select id from t);
insert overwrite t partition (day='2024-01-01') select a, b from u; insert into t by name select 1 as a;
insert into t replace where day = '2024-01-01' select * from u;
insert into main.reference.us_states (code, name, population, capital) values ('AL','Alabama',5024279,'Montgomery'),('AK','Alaska',733391,'Juneau'),('AZ','Arizona',7151502,'Phoenix');
update t set a = 1, b = upper(b) where id = 5; update customers set full_name = concat_ws(' ', first_name, last_name), changed_at = current_timestamp() where full_name is null;
delete from t where id in (1,2,3); truncate table t;
