-- Databricks notebook source
select 1

-- COMMAND ----------

select 2
