SELECT id, upper(surname) AS called
FROM players
WHERE surname <> 'Anon'
