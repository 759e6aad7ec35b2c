{{ head }}
{%- for access in objects %}
{%- for principal in access.principals %}
GRANT SELECT ON {{ access.kind }} {{ access.object }} TO {{ principal }};
{%- endfor %}
{%- endfor %}
