GRANT SELECT ON STREAMING TABLE main.shop.raw TO `analysts`;
