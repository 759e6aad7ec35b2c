SELECT
  a,
  -- An entity that never got a file is stale.
  coalesce(hours_since > within_hours, TRUE) AS is_stale,
  /* long */
  f(
    a, -- inside
    b
  ) AS f,
  -- Before the last.
  g(a, b)
FROM t
WHERE a
  -- It may be old.
  AND coalesce(b, c)
