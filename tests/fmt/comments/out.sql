-- head

SELECT
  a, -- first
  -- own line
  b /* inner */
FROM t; -- end

-- rest
