SET  a.b =  True  x;
use catalog c;
