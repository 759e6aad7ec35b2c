select a, b, count(*) from t group by 1, 2 order by 1, 2 desc;
select a, b, count(*) from t group by 1, b order by 3
