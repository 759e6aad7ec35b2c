# Databricks notebook source
import pyspark

# COMMAND ----------

# MAGIC %sql
# MAGIC -- orders of today
# MAGIC select a,b from orders where day = current_date() and note = 'two
# MAGIC   lines';
# MAGIC
# MAGIC select 1

# COMMAND ----------

# DBTITLE 1,Count
# MAGIC %sql select count(*) from t

# COMMAND ----------

# MAGIC %md
# MAGIC select   nothing

# COMMAND ----------

print(  "select   1"  )
