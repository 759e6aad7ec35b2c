{{ head }}
GRANT USE CATALOG ON CATALOG {{ catalog }} TO {{ principal }};

{% filter statement %}GRANT USE SCHEMA, CREATE TABLE, CREATE MATERIALIZED VIEW
ON SCHEMA {{ schema }}
TO {{ principal }};{% endfilter %}
