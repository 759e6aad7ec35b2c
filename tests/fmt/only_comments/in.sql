

-- nothing


/* at all */
