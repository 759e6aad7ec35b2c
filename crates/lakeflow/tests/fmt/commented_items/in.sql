select a,
-- An entity that never got a file is stale.
coalesce(hours_since > within_hours, true) as is_stale,
/* long */ f(a, -- inside
b) as f,
-- Before the last.
g(a, b)
from t
where a
-- It may be old.
and coalesce(b, c)
