{{ header }}
CREATE OR REPLACE VIEW {{ view }}
COMMENT 'How long ago each entity got its newest file, and whether that is too long'
AS
WITH newest AS (
{%- for fresh in entities %}
  SELECT
    {{ fresh.entity }} AS entity,
    {{ fresh.within_hours }} AS within_hours,
    max(_file_modified_at) AS newest_file_at
  FROM {{ fresh.raw }}
{%- if !loop.last %}
  UNION ALL
{%- endif %}
{%- endfor %}
),

ages AS (
  SELECT
    entity,
    within_hours,
    newest_file_at,
    (unix_timestamp(current_timestamp()) - unix_timestamp(newest_file_at)) / 3600.0 AS hours_since
  FROM newest
)

SELECT
  entity,
  within_hours,
  newest_file_at,
  hours_since,
  -- An entity that never got a file is stale.
  coalesce(hours_since > within_hours, TRUE) AS is_stale
FROM ages;
{%- for view in access %}
{% for principal in view.others %}
REVOKE ALL PRIVILEGES ON VIEW {{ view.view }} FROM {{ principal }};
REVOKE SELECT ON VIEW {{ view.view }} FROM {{ principal }};
{%- endfor %}
{%- for principal in view.readers %}
GRANT SELECT ON VIEW {{ view.view }} TO {{ principal }};
{%- endfor %}
{%- endfor %}
