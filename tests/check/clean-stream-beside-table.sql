-- What is ranked, grouped and sorted here is no stream.
CREATE OR REFRESH STREAMING TABLE visits AS
SELECT v.id, n.name, t.visits
FROM STREAM read_files('/in', format => 'json', schema => 'id INT') AS v
JOIN (SELECT id, name FROM main.crm.names QUALIFY row_number() OVER (PARTITION BY id ORDER BY at DESC) = 1) AS n ON n.id = v.id
JOIN (SELECT DISTINCT id, count(*) AS visits FROM main.crm.old GROUP BY id ORDER BY id LIMIT 9) AS t ON t.id = v.id
WHERE v.id > (SELECT max(id) FROM main.crm.gone);
CREATE OR REFRESH STREAMING TABLE by_minute AS
SELECT window(at, '1 minute') AS w, count(*) AS n
FROM STREAM read_files('/in', format => 'json', schema => 'at TIMESTAMP') WATERMARK at DELAY OF INTERVAL 5 MINUTES
GROUP BY window(at, '1 minute');
