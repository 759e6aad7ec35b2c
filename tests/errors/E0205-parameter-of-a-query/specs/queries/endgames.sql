SELECT 1 AS moves, concat(:note, '!') AS note
; -- to be finished
