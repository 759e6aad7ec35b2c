{{ head }}
{%- for principal in everyone %}
REVOKE ALL PRIVILEGES ON SCHEMA {{ schema }} FROM {{ principal }};
REVOKE SELECT ON SCHEMA {{ schema }} FROM {{ principal }};
REVOKE READ VOLUME ON SCHEMA {{ schema }} FROM {{ principal }};
{%- endfor %}
{% for principal in users %}
GRANT USE SCHEMA ON SCHEMA {{ schema }} TO {{ principal }};
{%- endfor %}
