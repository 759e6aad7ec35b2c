merge with schema evolution into target as t using (select id, max(at) as at from source where at > '2024-01-01' group by id) as s on t.id = s.id and t.region = s.region
when matched and s.deleted then delete when matched and s.at > t.at then update set t.at = s.at, t.name = s.name, t.a_column_with_a_long_name = coalesce(s.a_column_with_a_long_name, t.a_column_with_a_long_name)
when not matched then insert (id, at, name) values (s.id, s.at, s.name) when not matched by source and t.at < current_date() - interval 1 year then delete;
merge into a using b on a.id = b.id when matched then update set * when not matched then insert *;
