with c as (select 1 as id) merge into a.b.courses as i using c as cc on i.id = cc.id when matched then update set * when not matched then insert *;
with c as (select 1), d as (select 2 as id) insert into t select * from c;
with c as (select 1) delete from t where a in (select * from c);
with gone as (select id from old) update t set state = 'gone' where id in (select id from gone);
with insert as (select 1) select * from insert;
