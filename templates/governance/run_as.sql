{{ head }}
{%- for schema in schemas %}
{% filter statement %}GRANT USE SCHEMA, CREATE TABLE, CREATE MATERIALIZED VIEW
ON SCHEMA {{ schema }}
TO {{ principal }};{% endfilter %}
{% endfor %}
