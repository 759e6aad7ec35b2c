-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Orders

-- COMMAND ----------

CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT 1 AS x

-- COMMAND ----------

-- DBTITLE 1,Helpers
-- MAGIC %python
-- MAGIC rows = spark.table("a")
-- MAGIC print(f"{rows}")

-- COMMAND ----------

-- MAGIC %sql
-- MAGIC CREATE OR REFRESH MATERIALIZED VIEW b AS
-- MAGIC -- All of it.
-- MAGIC SELECT x FROM a

-- COMMAND ----------

-- MAGIC %run ./other

-- COMMAND ----------

