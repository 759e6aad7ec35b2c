SELECT id AS bishop, CAST(amount AS INT) AS amount FROM bishops
