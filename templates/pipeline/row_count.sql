SELECT
{{ pad }}  {{ entity.literal }} AS entity,
{{ pad }}  {% filter item(level + 1) %}(SELECT count(*) FROM {{ entity.raw }}) AS raw_rows,{% endfilter %}
{{ pad }}  {% filter item(level + 1) %}(SELECT count(*) FROM {{ entity.checked }} WHERE NOT _quarantined) AS clean_rows,{% endfilter %}
{{ pad }}  {% filter item(level + 1) %}(SELECT count(*) FROM {{ entity.quarantine }}) AS quarantined_rows,{% endfilter %}
{{ pad }}  {% filter item(level + 1) %}(SELECT count(*) FROM {{ entity.raw }})
{{ pad }}    - (SELECT count(*) FROM {{ entity.checked }}) AS dropped_rows,{% endfilter %}
{{ pad }}  {% filter item(level + 1) %}{{ entity.duplicate_rows }} AS duplicate_rows,{% endfilter %}
{{ pad }}  {% filter item(level + 1) %}(SELECT count(*) FROM {{ entity.table }}) AS table_rows,{% endfilter %}
{{ pad }}  {% filter item(level + 1) %}{{ entity.orphan_rows }} AS orphan_rows{% endfilter %}
