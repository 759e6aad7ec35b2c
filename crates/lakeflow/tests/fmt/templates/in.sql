create or refresh streaming table ${catalog}.${schema}.orders as select *, '${env}' as env from stream {{source}} where day >= date'{{first_day}}' and region = ${region} and x = :x and y = {{ key }};
use catalog ${catalog}; set spark.x = ${value}; use schema identifier(:schema);
