-- nothing

/* at all */
