-- Databricks notebook source
SELECT a
FROM t

-- COMMAND ----------

SELECT 2
