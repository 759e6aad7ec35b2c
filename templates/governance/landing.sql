{{ head }}
{%- for principal in others %}
REVOKE ALL PRIVILEGES ON VOLUME {{ volume }} FROM {{ principal }};
REVOKE READ VOLUME ON VOLUME {{ volume }} FROM {{ principal }};
{%- endfor %}
{% for principal in readers %}
{%- if !in_schema %}
GRANT USE CATALOG ON CATALOG {{ catalog }} TO {{ principal }};
GRANT USE SCHEMA ON SCHEMA {{ schema }} TO {{ principal }};
{%- endif %}
GRANT READ VOLUME ON VOLUME {{ volume }} TO {{ principal }};
{%- endfor %}
{%- for principal in writers %}
GRANT WRITE VOLUME ON VOLUME {{ volume }} TO {{ principal }};
{%- endfor %}
