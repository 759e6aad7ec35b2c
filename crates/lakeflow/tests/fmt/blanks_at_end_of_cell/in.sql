-- Databricks notebook source
select   a from t  

-- COMMAND ----------

select 2	
