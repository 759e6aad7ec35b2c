SET  a.b =  True  x;
USE CATALOG c;
