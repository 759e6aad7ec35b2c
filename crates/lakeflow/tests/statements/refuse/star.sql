SELECT (*) FROM t;
SELECT a, (*) FROM t GROUP BY a;
SELECT try_divide(count_if(a > 0), (*)) FROM t;
