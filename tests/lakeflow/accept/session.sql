SET spark.sql.ansi.enabled = true;
SET pipelines.trigger.interval = '1 hour';
USE CATALOG `my-cat`;
SET CATALOG main;
USE SCHEMA s;
USE DATABASE s;
USE `my-cat`.`dg-day`;
