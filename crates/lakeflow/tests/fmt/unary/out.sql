SELECT - -a, a - -1, NOT (b), a[0], raw:x.y::INT, count(*)
