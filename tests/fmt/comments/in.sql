-- head

select a, -- first
  -- own line
  b /* inner */ from t; -- end



-- rest
