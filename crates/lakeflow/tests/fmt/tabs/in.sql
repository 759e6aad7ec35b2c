select	a,
		b	--	tab
from	t
where	x = 'a	b';
