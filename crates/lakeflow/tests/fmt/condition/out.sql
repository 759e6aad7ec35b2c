SELECT *
FROM t
WHERE aaaaaaaaaaaaaaaaaaaaaaaaaaa = 1
  AND bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb BETWEEN 1 AND 2
  OR ccccccccccccccccccc IS NULL
