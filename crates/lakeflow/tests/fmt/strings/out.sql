SELECT
  'it''s',
  "double",
  r'\d+',
  x'1F',
  'a very long text that goes on and on, far beyond the hundred columns that a line should have, because texts are never broken' AS long_text,
  concat(
    'a very long text that goes on and on',
    'and another one that is almost as long as the first',
    'end'
  ),
  'two
lines' AS two_lines;
