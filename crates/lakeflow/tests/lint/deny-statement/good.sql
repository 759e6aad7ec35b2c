REVOKE SELECT ON TABLE main.sales.orders FROM `interns`;
