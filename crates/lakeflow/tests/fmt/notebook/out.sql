-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Orders

-- COMMAND ----------

-- DBTITLE 1,All
SELECT
  a,
  b
FROM t

-- COMMAND ----------

-- MAGIC %sql
-- MAGIC SELECT
-- MAGIC   a,
-- MAGIC   b
-- MAGIC FROM t
-- MAGIC WHERE x

-- COMMAND ----------

-- MAGIC %python
-- MAGIC spark.sql("select   1")

-- COMMAND ----------

CREATE WIDGET TEXT day DEFAULT '2024-01-01';

SELECT 1;
