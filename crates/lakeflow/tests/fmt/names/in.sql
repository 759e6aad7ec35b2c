select Left, t.`From`, left(a,1), filter(b, x->x>0) as Date from Orders as o left  join p using(id)
