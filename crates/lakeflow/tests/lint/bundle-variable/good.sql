CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM ${catalog}.shop.raw WHERE env = '${env}';
