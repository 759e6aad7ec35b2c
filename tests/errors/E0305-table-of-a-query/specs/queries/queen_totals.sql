-- what queens took
WITH mine AS (SELECT amount FROM queens)
SELECT sum(mine.amuont) AS amount
FROM mine
JOIN qeens ON TRUE
JOIN main.chess.kings ON TRUE
JOIN queens_raw ON TRUE
