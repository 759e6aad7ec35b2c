-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Sales; and more
-- COMMAND ----------
-- DBTITLE 1,First
SELECT 1 AS a
-- COMMAND ----------
-- MAGIC %python
-- MAGIC print('SELECT')
-- COMMAND ----------
-- what the table is for
CREATE OR REFRESH STREAMING TABLE t AS SELECT * FROM STREAM u
-- COMMAND ----------
SELECT 2 AS b;
SELECT 3 AS c
