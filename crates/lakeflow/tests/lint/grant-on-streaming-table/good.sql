GRANT SELECT ON TABLE main.shop.raw TO `analysts`;
