{{ head }}
GRANT USE CATALOG ON CATALOG {{ catalog }} TO {{ principal }};
GRANT USE SCHEMA, CREATE TABLE, CREATE MATERIALIZED VIEW ON SCHEMA {{ schema }} TO {{ principal }};
