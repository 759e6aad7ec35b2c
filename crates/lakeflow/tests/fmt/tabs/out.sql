SELECT
  a,
  b --	tab
FROM t
WHERE x = 'a	b';
