{{ head }}
{%- for principal in users %}
GRANT USE CATALOG ON CATALOG {{ catalog }} TO {{ principal }};
{%- endfor %}
{%- if let Some(deployer) = deployer %}
GRANT CREATE SCHEMA ON CATALOG {{ catalog }} TO {{ deployer }};
{%- endif %}
{%- if let Some(volume) = volume %}
{% for principal in volume.others %}
REVOKE ALL PRIVILEGES ON VOLUME {{ volume.name }} FROM {{ principal }};
REVOKE READ VOLUME ON VOLUME {{ volume.name }} FROM {{ principal }};
{%- endfor %}
{% for principal in volume.users %}
GRANT USE CATALOG ON CATALOG {{ volume.catalog }} TO {{ principal }};
GRANT USE SCHEMA ON SCHEMA {{ volume.schema }} TO {{ principal }};
{%- endfor %}
{% for principal in volume.readers %}
GRANT READ VOLUME ON VOLUME {{ volume.name }} TO {{ principal }};
{%- endfor %}
{%- for principal in volume.writers %}
GRANT WRITE VOLUME ON VOLUME {{ volume.name }} TO {{ principal }};
{%- endfor %}
{%- endif %}
{%- if let Some(outside) = outside %}
{% for catalog in outside.catalogs %}
GRANT USE CATALOG ON CATALOG {{ catalog }} TO {{ outside.run_as }};
{%- endfor %}
{%- for schema in outside.schemas %}
GRANT USE SCHEMA ON SCHEMA {{ schema }} TO {{ outside.run_as }};
{%- endfor %}
{%- for table in outside.tables %}
GRANT SELECT ON TABLE {{ table }} TO {{ outside.run_as }};
{%- endfor %}
{%- endif %}
{%- if !taken.is_empty() %}
{% endif %}
{%- for statement in taken %}
{{ statement }};
{%- endfor %}
