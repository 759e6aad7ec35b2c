SELECT * FROM STREAM t;
SELECT * FROM stream(t) AS s;
SELECT * FROM STREAM `my-cat`.s.t AS o JOIN p ON o.id = p.id;
SELECT * FROM STREAM c.s.t WITH (skipChangeCommits = true, startingVersion = 3) AS o WHERE o.a = 'x';
SELECT * FROM STREAM t WITH (skipChangeCommits);
SELECT * FROM STREAM(read_files('/Volumes/a', format => 'json')) r;
SELECT *, _metadata.file_path AS f FROM STREAM read_files('/Volumes/a/it\'s*.csv', format => 'csv', schema => 'a STRING') AS r WHERE a IS NOT NULL;
SELECT * FROM p JOIN STREAM t ON p.id = t.id UNION ALL SELECT * FROM (SELECT * FROM STREAM u);
SELECT stream, `stream`.x FROM `stream` WHERE stream > 1;
