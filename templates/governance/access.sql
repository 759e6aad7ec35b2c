{{ head }}
{%- for schema in schemas %}
{%- for principal in everyone %}
REVOKE ALL PRIVILEGES ON SCHEMA {{ schema.name }} FROM {{ principal }};
REVOKE SELECT ON SCHEMA {{ schema.name }} FROM {{ principal }};
REVOKE READ VOLUME ON SCHEMA {{ schema.name }} FROM {{ principal }};
{%- endfor %}
{% if !schema.users.is_empty() %}
{%- for principal in schema.users %}
GRANT USE SCHEMA ON SCHEMA {{ schema.name }} TO {{ principal }};
{%- endfor %}
{% endif %}
{%- endfor %}
