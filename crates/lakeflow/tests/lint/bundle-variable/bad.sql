CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM ${var.catalog}.shop.raw WHERE env = '${var.env}';
