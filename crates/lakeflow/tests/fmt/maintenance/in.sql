optimize t where day > '2024-01-01' zorder by (a, b); vacuum main.sales.orders retain 168 hours dry run; analyze table t compute statistics for all columns;
describe table extended main.sales.orders; describe history t; show tables in main.sales like 'o*'; show create table t; refresh materialized view m; refresh streaming table s full;
explain formatted select a from t; msck repair table t; restore table t to version as of 3; cache lazy table c select * from t;
