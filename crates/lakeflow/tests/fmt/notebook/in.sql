-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Orders

-- COMMAND ----------

-- DBTITLE 1,All
select a,b from t

-- COMMAND ----------

-- MAGIC %sql
-- MAGIC select a,b from t where x

-- COMMAND ----------

-- MAGIC %python
-- MAGIC spark.sql("select   1")

-- COMMAND ----------

create widget text day default '2024-01-01';

select 1;
