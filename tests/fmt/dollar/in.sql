create view v with metrics language yaml as $$
version: 1.1
source:   t
measures:
  -   {name: n, expr: count(1)}
$$;
