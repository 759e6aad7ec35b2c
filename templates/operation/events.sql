{{ header }}
-- Updates of the pipeline: when each began and ended, and how.
CREATE OR REPLACE VIEW {{ names.updates }}
COMMENT 'Updates of the pipeline with cause, duration and state'
AS
WITH events AS (
  SELECT
    origin.update_id AS update_id,
    `timestamp` AS happened_at,
    CAST(details:create_update.cause AS STRING) AS cause,
    CAST(details:update_progress.state AS STRING) AS state
  FROM {{ names.log }}
  WHERE event_type IN ('create_update', 'update_progress') AND origin.update_id IS NOT NULL
),

updates AS (
  SELECT
    update_id,
    max(cause) AS cause,
    min(happened_at) AS started_at,
    max(CASE WHEN state IN ('COMPLETED', 'FAILED', 'CANCELED') THEN happened_at END) AS ended_at,
    max_by(state, CASE WHEN state IS NOT NULL THEN happened_at END) AS state
  FROM events
  GROUP BY update_id
)

SELECT
  update_id,
  cause,
  state,
  started_at,
  ended_at,
  unix_timestamp(ended_at) - unix_timestamp(started_at) AS duration_seconds
FROM updates;

-- Results of expectations, summed up over the batches of an update. One that stops the update leaves no result.
CREATE OR REPLACE VIEW {{ names.expectations }}
COMMENT 'Rows that kept and broke each expectation, by update'
AS
WITH batches AS (
  SELECT
    origin.update_id AS update_id,
    `timestamp` AS happened_at,
    explode(from_json(
      CAST(details:flow_progress.data_quality.expectations AS STRING),
      'ARRAY<STRUCT<name: STRING, dataset: STRING, passed_records: BIGINT, failed_records: BIGINT>>'
    )) AS result
  FROM {{ names.log }}
  WHERE event_type = 'flow_progress'
),

results AS (
  SELECT
    update_id,
    -- The last part of the name, without quotes.
    replace(element_at(split(result.dataset, '[.]'), -1), '`', '') AS dataset,
    result.name AS expectation,
    max(happened_at) AS updated_at,
    sum(result.passed_records) AS passed_records,
    sum(result.failed_records) AS failed_records
  FROM batches
  GROUP BY 1, 2, 3
)

SELECT
  update_id,
  dataset,
  expectation,
  updated_at,
  passed_records,
  failed_records,
  CASE
    WHEN passed_records + failed_records > 0
      THEN 100.0 * passed_records / (passed_records + failed_records)
  END AS passed_percent
FROM results;

-- Rows written, summed up over the batches of an update.
CREATE OR REPLACE VIEW {{ names.rows }}
COMMENT 'Rows written to each dataset, by update'
AS
WITH flows AS (
  -- A flow may have a name of its own, and its definition says what it writes.
  SELECT
    origin.update_id AS update_id,
    origin.flow_name AS flow_name,
    max(CAST(details:flow_definition.output_dataset AS STRING)) AS output_dataset
  FROM {{ names.log }}
  WHERE event_type = 'flow_definition'
  GROUP BY 1, 2
),

batches AS (
  SELECT
    origin.update_id AS update_id,
    origin.flow_name AS flow_name,
    `timestamp` AS happened_at,
    CAST(details:flow_progress.metrics.num_output_rows AS BIGINT) AS output_rows,
    CAST(details:flow_progress.metrics.num_upserted_rows AS BIGINT) AS upserted_rows,
    CAST(details:flow_progress.metrics.num_deleted_rows AS BIGINT) AS deleted_rows,
    CAST(details:flow_progress.data_quality.dropped_records AS BIGINT) AS dropped_rows
  FROM {{ names.log }}
  WHERE event_type = 'flow_progress'
)

SELECT
  batches.update_id,
  replace(
    element_at(split(coalesce(flows.output_dataset, batches.flow_name), '[.]'), -1),
    '`',
    ''
  ) AS dataset,
  max(batches.happened_at) AS updated_at,
  coalesce(sum(batches.output_rows), 0) AS output_rows,
  coalesce(sum(batches.upserted_rows), 0) AS upserted_rows,
  coalesce(sum(batches.deleted_rows), 0) AS deleted_rows,
  coalesce(sum(batches.dropped_rows), 0) AS dropped_rows
FROM batches
LEFT JOIN flows ON flows.update_id = batches.update_id AND flows.flow_name = batches.flow_name
GROUP BY 1, 2;
{%- if !entities.is_empty() %}

-- Share of the lines of an update that went to quarantine. Updates that read no line of an entity are left out.
CREATE OR REPLACE VIEW {{ names.quarantine }}
COMMENT 'Share of lines in quarantine, by entity and update'
AS
WITH entities AS (
  SELECT *
  {% filter clause(1) %}FROM VALUES
{%- for counted in entities %}
{%- if entities.len() == 1 %} ({{ counted.entity }}, {{ counted.raw }}, {{ counted.quarantine }}) {% else %}
    {% filter item(2) %}({{ counted.entity }}, {{ counted.raw }}, {{ counted.quarantine }}){% if !loop.last %},{% endif %}{% endfilter %}
{%- endif %}
{%- endfor %}
{%- if entities.len() > 1 %}
  {% endif %}AS named(entity, raw, quarantine){% endfilter %}
)

SELECT
  entities.entity,
  lines.update_id,
  lines.updated_at,
  lines.output_rows AS raw_rows,
  coalesce(bad.output_rows, 0) AS quarantined_rows,
  100.0 * coalesce(bad.output_rows, 0) / lines.output_rows AS quarantined_percent
FROM entities
{% filter clause(0) %}INNER JOIN {{ names.rows }} AS lines
  ON lines.dataset = entities.raw{% endfilter %}
{% filter clause(0) %}LEFT JOIN {{ names.rows }} AS bad
  ON bad.dataset = entities.quarantine AND bad.update_id = lines.update_id{% endfilter %}
WHERE lines.output_rows > 0;

-- Lines of an update against the mean of the updates before it that read any.
CREATE OR REPLACE VIEW {{ names.drift }}
COMMENT 'Difference of line counts from the mean of updates before, by entity and update'
AS
WITH trailing AS (
  SELECT
    entity,
    update_id,
    updated_at,
    raw_rows,
    avg(raw_rows) OVER (
      PARTITION BY entity
      ORDER BY updated_at
      ROWS BETWEEN {{ trailing }} PRECEDING AND 1 PRECEDING
    ) AS mean_rows
  FROM {{ names.quarantine }}
)

SELECT
  entity,
  update_id,
  updated_at,
  raw_rows,
  mean_rows,
  100.0 * (raw_rows - mean_rows) / mean_rows AS drift_percent
FROM trailing;
{%- endif %}
