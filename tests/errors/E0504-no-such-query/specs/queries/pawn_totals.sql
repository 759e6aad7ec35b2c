SELECT sum(amount) AS amount FROM pawns
