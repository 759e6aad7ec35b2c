select id,
  datediff(current_date(), taken_on) as days from openings
