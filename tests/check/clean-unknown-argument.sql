-- Of an argument nothing is known, so any form of the function may be meant.
CREATE OR REFRESH MATERIALIZED VIEW phones AS
SELECT nvl2(p.local, concat('+' || p.country || ' ', p.local), cast(NULL AS STRING)) AS phone
FROM read_files('/in', format => 'xml', rowTag => 'p');
