# Databricks notebook source
import pyspark

# COMMAND ----------

# MAGIC %sql
# MAGIC -- orders of today
# MAGIC SELECT
# MAGIC   a,
# MAGIC   b
# MAGIC FROM orders
# MAGIC WHERE day = current_date()
# MAGIC   AND note = 'two
# MAGIC   lines';
# MAGIC
# MAGIC SELECT 1

# COMMAND ----------

# DBTITLE 1,Count
# MAGIC %sql
# MAGIC SELECT count(*)
# MAGIC FROM t

# COMMAND ----------

# MAGIC %md
# MAGIC select   nothing

# COMMAND ----------

print(  "select   1"  )
