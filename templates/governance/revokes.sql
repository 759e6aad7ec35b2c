{{ head }}
{%- for table in tables %}
{%- for principal in table.principals %}
REVOKE ALL PRIVILEGES ON {{ table.kind }} {{ table.object }} FROM {{ principal }};
REVOKE SELECT ON {{ table.kind }} {{ table.object }} FROM {{ principal }};
{%- endfor %}
{% endfor %}
